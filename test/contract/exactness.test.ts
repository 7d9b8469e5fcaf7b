// Whole searches against plain computation over every document.

import assert from "node:assert/strict";

import { compareKeys } from "../../src/core/document.js";
import type { EngineApi } from "../../src/engine/api.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import { createNotes, putAll, searchNotes } from "../support/notes.js";
import { plainBm25, plainSearch } from "../support/plain-search.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 48;
const documents = seededDocuments({ seed: 11, count: 260, dim });
const queries = seededQueries({ seed: 11, count: 12, dim });

describe("a search of the whole engine", () => {
  const folder = useTemporaryFolder();

  for (const bits of [1, 2, 4, 8] as const) {
    it(`scored whole, finds the exact top k at ${bits} bits`, async () => {
      await withNotes(folder(), { bits }, async (api) => {
        for (const query of queries) {
          const final = (await searchNotes(api, { ...query, k: 25 })).at(-1)!;
          const settings = settingsOf(api);
          const best = plainSearch(documents, query, settings).slice(0, 25);
          assert.deepEqual(
            final.hits.map(({ key, score, parts }) => ({
              key,
              score,
              maxSim: parts.maxsim,
              bm25: parts.bm25,
            })),
            best,
          );
          assert.equal(final.certificate, "exact");
          assert.equal(final.coverage.maxSimScored, documents.length);
        }
      });
    });
  }

  it("answers first with the exact top k by BM25", async () => {
    await withNotes(folder(), {}, async (api) => {
      for (const query of queries) {
        const [first] = await searchNotes(api, { ...query, k: 15, minUpdateIntervalMs: 0 });
        const scores = plainBm25(documents, query.text, "english");
        const best = documents
          .map(({ key }, i) => ({ key, score: scores[i]! }))
          .filter(({ score }) => score > 0)
          .sort((a, b) => b.score - a.score || compareKeys(a.key, b.key))
          .slice(0, 15);
        assert.equal(first?.stage, "lexical");
        assert.equal(first.certificate, "lexical");
        assert.deepEqual(
          first.hits.map(({ key, score }) => ({ key, score })),
          best,
        );
      }
    });
  });

  it("gives a document the same score by a pool as by scoring everything", async () => {
    const search = { ...searchDefaults, exhaustiveBelowPassages: 0 };
    await withNotes(folder(), { search }, async (api) => {
      for (const query of queries) {
        const exact = plainSearch(documents, query, settingsOf(api));
        const scores = new Map(exact.map(({ key, score }) => [key, score]));
        const pool = { sketchPoolSize: 30, lexicalPoolSize: 10 };
        for (const fusion of ["reciprocal_rank", "min_max"] as const) {
          const final = (await searchNotes(api, { ...query, ...pool, fusion, k: 10 })).at(-1)!;
          assert.equal(final.certificate, "estimate");
          assert.equal(final.stage, "late_interaction");
          const { maxSimScored, sketchScored } = final.coverage;
          assert.ok(maxSimScored >= 30 && maxSimScored <= 40, `${maxSimScored} were scored`);
          assert.equal(sketchScored, documents.length);
          for (const { key, score } of final.hits) assert.equal(score, scores.get(key), key);
        }
        const whole = (await searchNotes(api, { ...query, ...pool, exhaustive: true, k: 10 })).at(
          -1,
        )!;
        assert.equal(whole.certificate, "exact");
        assert.deepEqual(
          whole.hits.map(({ key }) => key),
          exact.slice(0, 10).map(({ key }) => key),
        );
      }
    });
  });

  it("is exact when the pools hold every passage", async () => {
    const search = { ...searchDefaults, exhaustiveBelowPassages: 0 };
    await withNotes(folder(), { search }, async (api) => {
      const [query] = queries;
      const final = (await searchNotes(api, { ...query!, sketchPoolSize: documents.length })).at(
        -1,
      )!;
      assert.equal(final.certificate, "exact");
    });
  });

  it("leaves out hits below the least score, and nothing else", async () => {
    await withNotes(folder(), {}, async (api) => {
      const query = queries[3]!;
      const all = plainSearch(documents, query, settingsOf(api));
      const minScore = all[7]!.score;
      const final = (await searchNotes(api, { ...query, k: 1000, minScore })).at(-1)!;
      const wanted = all.filter(({ score }) => score >= minScore);
      assert.ok(wanted.length >= 8);
      assert.deepEqual(
        final.hits.map(({ key }) => key),
        wanted.map(({ key }) => key),
      );
    });
  });

  it("weighs the words as asked", async () => {
    await withNotes(folder(), {}, async (api) => {
      for (const lexicalWeight of [0, 0.5, 100]) {
        const query = queries[1]!;
        const final = (await searchNotes(api, { ...query, lexicalWeight, k: 20 })).at(-1)!;
        const settings = { ...settingsOf(api), lexicalWeight };
        assert.deepEqual(
          final.hits.map(({ key, score }) => [key, score]),
          plainSearch(documents, query, settings)
            .slice(0, 20)
            .map(({ key, score }) => [key, score]),
        );
      }
    });
  });
});

interface NotesOptions {
  readonly bits?: number;
  readonly search?: typeof searchDefaults;
}

/** Some documents lie in segments, the last ones in the journal. */
async function withNotes(
  folder: string,
  { bits, search }: NotesOptions,
  use: (api: EngineApi) => Promise<void>,
): Promise<void> {
  const engine = await openInlineEngine(folder, {
    flushBytes: 6000 * (bits ?? 2),
    ...(search ? { search } : {}),
  });
  try {
    const { api } = engine;
    await createNotes(api, { dim, bits });
    await putAll(api, documents);
    assert.ok(api.describeCollection("notes").segmentCount > 0);
    await use(api);
  } finally {
    await engine.close();
  }
}

function settingsOf(api: EngineApi): Parameters<typeof plainSearch>[2] {
  return { ...api.describeCollection("notes").settings, lexicalWeight: 0.15 };
}
