// The embedded model against the figures that came with it: ids and kept rows exactly, rows by
// cosine, because the last digits of int8 arithmetic differ between processors.

import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../src/core/paths.js";
import type { TokenMatrix } from "../../src/core/token-matrix.js";
import type { LateInteractionEncoder } from "../../src/encoders/late-interaction-encoder.js";
import { createLateInteractionEncoder } from "../../src/encoders/late-interaction-encoder.js";
import { openModelFolder } from "../../src/encoders/model-folder.js";

const folder = join(repositoryRoot(), "models/bge-small-en-v1.5-late");
const cosineMin = 0.995;

interface ParityText {
  readonly text: string;
  readonly token_ids: readonly number[];
  readonly passage_rows_kept: readonly number[];
  readonly rows_int8_model_f32_base64: string;
  readonly rows_fp32_model_first8: readonly (readonly number[])[];
  readonly sketch_first8: readonly number[];
}
interface Parity {
  readonly dim: number;
  readonly texts: readonly ParityText[];
  readonly maxsim_of_text_0_as_query: readonly number[];
}

const parity = JSON.parse(readFileSync(join(folder, "parity.json"), "utf8")) as Parity;

describe("parity of bge-small-en-v1.5-late", () => {
  let encoder: LateInteractionEncoder;

  before(async () => {
    encoder = await createLateInteractionEncoder(await openModelFolder(folder));
  });
  after(() => encoder.close());

  it("has the recorded dim", () => assert.equal(encoder.dim, parity.dim));

  for (const expected of parity.texts) {
    const name = JSON.stringify(expected.text.slice(0, 30));

    it(`gives the recorded token ids of ${name}`, () => {
      const ids = encoder.traceQuery(expected.text).map((token) => token.id);
      assert.deepEqual(ids, expected.token_ids);
    });

    it(`keeps the recorded rows of ${name} as a passage`, () => {
      const kept = encoder.tracePassage(expected.text).map((token) => token.id);
      assert.deepEqual(
        kept,
        expected.passage_rows_kept.map((row) => expected.token_ids[row]),
      );
    });

    it(`gives the recorded rows of ${name}`, async () => {
      const recorded = decodeRows(expected.rows_int8_model_f32_base64);
      const { rows, tokenCount, isCut } = await encoder.encodeQuery(expected.text);
      assert.equal(tokenCount, expected.token_ids.length);
      assert.equal(isCut, false);
      assert.equal(rows.rowCount, recorded.length);
      recorded.forEach((row, i) => assertSameDirection(rowOf(rows, i), row, `row ${i}`));

      const passage = await encoder.encodePassage(expected.text);
      assert.equal(passage.rowCount, expected.passage_rows_kept.length);
      expected.passage_rows_kept.forEach((row, i) => {
        assertSameDirection(rowOf(passage, i), recorded[row]!, `passage row ${i}`);
      });
    });

    it(`gives unit rows near the unquantized model's for ${name}`, async () => {
      const { rows } = await encoder.encodeQuery(expected.text);
      expected.rows_fp32_model_first8.forEach((first8, i) => {
        const row = rowOf(rows, i);
        assert.ok(Math.abs(norm(row) - 1) < 1e-3, `row ${i} is a unit vector`);
        first8.forEach((value, k) => assert.ok(Math.abs(row[k]! - value) < 0.05, `row ${i}[${k}]`));
      });
    });

    it(`gives the recorded sketch of ${name}`, async () => {
      const sketch = meanDirection(await encoder.encodePassage(expected.text));
      expected.sketch_first8.forEach((value, k) => {
        assert.ok(Math.abs(sketch[k]! - value) < 0.01, `sketch[${k}]: ${sketch[k]} for ${value}`);
      });
    });
  }

  it("gives the recorded MaxSim of the first text as a query", async () => {
    const query = (await encoder.encodeQuery(parity.texts[0]!.text)).rows;
    for (const [i, expected] of parity.maxsim_of_text_0_as_query.entries()) {
      const score = maxSim(query, await encoder.encodePassage(parity.texts[i]!.text));
      assert.ok(Math.abs(score - expected) < 0.1, `text ${i}: ${score} for ${expected}`);
    }
  });
});

function decodeRows(base64: string): Float32Array[] {
  const bytes = Buffer.from(base64, "base64");
  const values = new Float32Array(new Uint8Array(bytes).buffer);
  return Array.from({ length: values.length / parity.dim }, (_, i) => {
    return values.subarray(i * parity.dim, (i + 1) * parity.dim);
  });
}

function rowOf(matrix: TokenMatrix, row: number): Float32Array {
  return matrix.values.subarray(row * matrix.dim, (row + 1) * matrix.dim);
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function norm(row: Float32Array): number {
  return Math.sqrt(dot(row, row));
}

function assertSameDirection(found: Float32Array, recorded: Float32Array, what: string): void {
  const cosine = dot(found, recorded) / (norm(found) * norm(recorded));
  assert.ok(cosine >= cosineMin, `${what}: cosine ${cosine}`);
}

function meanDirection(matrix: TokenMatrix): Float32Array {
  const mean = new Float32Array(matrix.dim);
  for (let row = 0; row < matrix.rowCount; row += 1) {
    rowOf(matrix, row).forEach((value, k) => (mean[k]! += value));
  }
  const length = norm(mean);
  return mean.map((value) => value / length);
}

function maxSim(query: TokenMatrix, passage: TokenMatrix): number {
  let sum = 0;
  for (let q = 0; q < query.rowCount; q += 1) {
    let best = -Infinity;
    for (let p = 0; p < passage.rowCount; p += 1) {
      best = Math.max(best, dot(rowOf(query, q), rowOf(passage, p)));
    }
    sum += best;
  }
  return sum;
}
