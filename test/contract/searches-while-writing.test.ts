// Searches on worker threads while documents come, change, go and are flushed: each sees the state
// after some number of the writes, whole, with the right scores.

import assert from "node:assert/strict";

import { createCodec } from "../../src/codec/codec.js";
import { toTokenMatrix } from "../../src/codec/precomputed-vectors.js";
import type { Document } from "../../src/core/document.js";
import { createPrng } from "../../src/core/prng.js";
import type { SearchUpdate } from "../../src/contract/search-update.js";
import { createReferenceKernels } from "../../src/kernels/reference.js";
import type { EngineApi } from "../../src/engine/api.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf } from "../support/notes.js";
import { plainMaxSim } from "../support/plain-search.js";
import { withScorePool } from "../support/score-pool.js";
import { below, seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 32;
const writeCount = 500;
const versions = seededDocuments({ seed: 121, count: 300, dim });
const [query] = seededQueries({ seed: 121, count: 1, dim });
const payload = { mode: "every_update", title: true, text: false, fields: false } as const;

/** Key to the version's title, after each number of writes. */
type States = Map<string, string>[];

describe("searches while documents are written", () => {
  const folder = useTemporaryFolder();

  it("each see one state of the collection", async () => {
    await withScorePool(2, async (scorer) => {
      const engine = await openInlineEngine(folder(), { scorer, flushBytes: 3_000 });
      try {
        const { api } = engine;
        await createNotes(api, { dim });
        const states: States = [new Map<string, string>()];
        const expected = plainScores();
        const writing = { isOver: false };
        const writer = writeAll(api, states).finally(() => (writing.isOver = true));
        let searchCount = 0;
        while (!writing.isOver) {
          // The last one may still be on its way to the disk.
          const before = Math.max(0, states.length - 2);
          const finals = await Promise.all(
            [1, 2, 3].map(() => finalOf(api, { ...query!, k: 1000, payload })),
          );
          for (const final of finals) checkState(final, states.slice(before), expected);
          searchCount += finals.length;
          // A search of an empty collection asks no worker, so it lets no other work in.
          await new Promise((resolve) => setImmediate(resolve));
        }
        await writer;
        assert.ok(searchCount > 0);
        // Each flush and merge takes a number.
        assert.ok(engine.collections.opened("notes")!.collection.nextSegmentId > 10);
      } finally {
        await engine.close();
      }
    });
  });
});

/** One write after the other, so that the states have an order. */
async function writeAll(api: EngineApi, states: States): Promise<void> {
  const prng = createPrng(121);
  const state = new Map<string, string>();
  for (let i = 0; i < writeCount; i += 1) {
    const key = `key ${below(prng, 40)}`;
    if (state.has(key) && prng.nextFloat() < 0.3) {
      state.delete(key);
      // Pushed before it is known to be durable: a search may see it as soon as it is.
      states.push(new Map(state));
      await api.delete("notes", [key]);
    } else {
      const version = below(prng, versions.length);
      state.set(key, `v${version}`);
      states.push(new Map(state));
      await api.put("notes", { ...versions[version]!, key, title: `v${version}` });
    }
  }
}

function plainScores(): Map<string, number> {
  const settings = { dim, bits: 2, sketchBits: 2, seed: 1 } as const;
  const codec = createCodec(settings, createReferenceKernels());
  const rows = toTokenMatrix(query!.vectors, { dim, rowCountMax: 100, field: "query" });
  const packed = codec.encodeQuery(rows).tokens;
  return new Map(
    versions.map((document: Document, i) => [`v${i}`, plainMaxSim(packed, document, codec)]),
  );
}

function checkState(final: SearchUpdate, possible: States, expected: Map<string, number>): void {
  assert.equal(final.certificate, "exact");
  const seen = new Map(final.hits.map(({ key, payload }) => [key, payload?.title ?? ""]));
  assert.equal(seen.size, final.coverage.eligible);
  for (const { key, parts } of final.hits)
    assert.equal(parts.maxsim, expected.get(seen.get(key)!), key);
  const isOne = possible.some((state) => isSame(state, seen));
  assert.ok(isOne, `${JSON.stringify([...seen])} is none of ${possible.length} states`);
}

function isSame(a: Map<string, string>, b: Map<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, title]) => b.get(key) === title);
}
