import assert from "node:assert/strict";

import { createCodec } from "../../../src/codec/codec.js";
import type { EncodedQuery } from "../../../src/codec/codec.js";
import { fuseQueries } from "../../../src/codec/fuse-queries.js";
import { createPrng } from "../../../src/core/prng.js";
import { loadKernels } from "../../../src/kernels/load-kernels.js";
import type { PackedQuery } from "../../../src/kernels/kernels.js";
import { hasReason } from "../../support/errors.js";

const dim = 32;
const { kernels } = loadKernels("reference");
const codec = createCodec({ dim, bits: 4, sketchBits: 4, seed: 3 }, kernels);
const prng = createPrng(17);

function rowsOf(rowCount: number): { dim: number; rowCount: number; values: Float32Array } {
  const values = Float32Array.from({ length: rowCount * dim }, () => prng.nextFloat() - 0.5);
  return { dim, rowCount, values };
}

type Passage = ReturnType<typeof codec.encodePassage>;

function scoreOf(query: PackedQuery, bytes: Uint8Array, rowCount: number): number {
  const scores = new Float32Array(1);
  const offsets = Uint32Array.of(0, rowCount);
  kernels.maxSimBatch(query, { bytes, dim, bits: 4 }, offsets, Uint32Array.of(0), scores);
  return scores[0]! / query.rowCount;
}

function maxSimOf(query: PackedQuery, { codes, tokenCount: rowCount }: Passage): number {
  return scoreOf(query, codes, rowCount);
}

function sketchScore(query: PackedQuery, { sketch }: Passage): number {
  return scoreOf(query, sketch, 1);
}

describe("fuseQueries", () => {
  const passages = Array.from({ length: 12 }, () => codec.encodePassage(rowsOf(7)));

  it("gives the mean of the queries' MaxSim a row, however many rows each has", () => {
    for (const rowCounts of [[3, 3], [1, 20], [5, 2, 9], Array.from({ length: 16 }, () => 4)]) {
      const queries = rowCounts.map((rowCount) => codec.encodeQuery(rowsOf(rowCount)));
      const fused = fuseQueries(queries);
      for (const passage of passages) {
        const mean =
          queries.reduce((sum, { tokens }) => sum + maxSimOf(tokens, passage), 0) / queries.length;
        assert.ok(Math.abs(maxSimOf(fused.tokens, passage) - mean) < 1e-5);
      }
    }
  });

  it("gives a sketch whose scores are the mean of theirs, up to a level of the grid", () => {
    const queries = [codec.encodeQuery(rowsOf(4)), codec.encodeQuery(rowsOf(9))];
    const fused = fuseQueries(queries);
    for (const passage of passages) {
      const mean = queries.reduce((sum, { sketch }) => sum + sketchScore(sketch, passage), 0) / 2;
      assert.ok(Math.abs(sketchScore(fused.sketch, passage) - mean) < 0.02);
    }
    const [{ sketch }] = queries as [EncodedQuery];
    const opposite = { ...sketch, rows: sketch.rows.map((level) => -level) };
    const nothing = fuseQueries([queries[0]!, { ...queries[0]!, sketch: opposite }]).sketch;
    assert.ok(nothing.rows.every((level) => level === 0));
    assert.ok(Number.isFinite(nothing.rowScales[0]));
  });

  it("leaves one query as it is, and refuses more rows than a kernel takes", () => {
    const query = codec.encodeQuery(rowsOf(300));
    assert.equal(fuseQueries([query]), query);
    assert.throws(
      () => fuseQueries([query, query]),
      hasReason("INVALID_VECTORS", /600 token rows together, the limit is 512/),
    );
  });
});
