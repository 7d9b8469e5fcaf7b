// A search with a filter is the search over the documents that the filter lets through, with the BM25
// statistics of all.

import assert from "node:assert/strict";
import fc from "fast-check";

import type { Document } from "../../src/core/document.js";
import type { Filter } from "../../src/core/filter.js";
import type { EngineApi } from "../../src/engine/api.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { anyFields, anyFilter, keyOf, plainMatch } from "../support/filters.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { plainBm25, plainSearch } from "../support/plain-search.js";
import { withScorePool } from "../support/score-pool.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 16;
const plain = seededDocuments({ seed: 31, count: 160, dim });
const [query] = seededQueries({ seed: 31, count: 1, dim });
const k = 200;

/** Every document with fields of its own; some are deleted, some written twice. */
const documents: readonly Document[] = fc
  .sample(anyFields, { numRuns: plain.length, seed: 31 })
  .map((fields, i) => ({ ...plain[i]!, key: keyOf(i), fields }));
const kept = documents.filter((_, i) => i % 7 !== 3);

async function fill(api: EngineApi): Promise<void> {
  await createNotes(api, { dim });
  const replaced = documents.filter((_, i) => i % 5 === 2);
  await putAll(
    api,
    replaced.map((document) => ({ ...document, fields: new Map() })),
  );
  await putAll(api, documents);
  await api.delete(
    "notes",
    documents.filter((_, i) => i % 7 === 3).map(({ key }) => key),
  );
}

async function checkSearches(api: EngineApi, filters: readonly Filter[]): Promise<void> {
  const { settings } = api.describeCollection("notes");
  const bm25 = new Map(
    plainBm25(kept, query!.text, settings.analyzer).map((s, i) => [kept[i]!.key, s]),
  );
  for (const filter of filters) {
    const final = await finalOf(api, { ...query!, filter, k });
    const eligible = kept.filter(({ key, fields }) => plainMatch(filter, fields, key));
    // Statistics are those of the whole collection; the best BM25 is that of the eligible.
    const top = Math.max(0, ...eligible.map(({ key }) => bm25.get(key)!));
    const rowCount = query!.vectors.bytes.length / (4 * dim);
    const best = plainSearch(eligible, query!, { ...settings, lexicalWeight: 0 })
      .map(({ key, maxSim }) => {
        const lexical = top > 0 ? (0.15 * bm25.get(key)!) / top : 0;
        return { key, score: maxSim / rowCount + lexical, bm25: bm25.get(key)! };
      })
      .sort((a, b) => b.score - a.score || Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
    assert.deepEqual(
      final.hits.map(({ key, score, parts }) => ({ key, score, bm25: parts.bm25 })),
      best,
      JSON.stringify(filter, (_, value: unknown) =>
        typeof value === "bigint" ? `${value}` : value,
      ),
    );
    assert.equal(final.certificate, "exact");
    assert.equal(final.coverage.eligible, eligible.length);
    assert.equal(final.coverage.maxSimScored, eligible.length);
    assert.ok(final.degradations.every(({ reason }) => reason === "FILTER_MATCHES_NO_FIELD"));
  }
}

describe("a search with a filter", () => {
  const folder = useTemporaryFolder();
  const filters = fc.sample(anyFilter, { numRuns: 40, seed: 8 });

  for (const [what, flushBytes] of [
    ["in live segments", 2 ** 23],
    ["in flushed and merged segments", 500],
  ] as const) {
    it(`finds what plain computation over the eligible finds, ${what}`, async () => {
      const engine = await openInlineEngine(folder(), { flushBytes });
      try {
        await fill(engine.api);
        await checkSearches(engine.api, filters);
      } finally {
        await engine.close();
      }
    });
  }

  it("does so on worker threads, and after the folder was opened again", async () => {
    await withScorePool(2, async (scorer) => {
      const options = { scorer, flushBytes: 3000 };
      const first = await openInlineEngine(folder(), options);
      await fill(first.api);
      await first.close();
      const engine = await openInlineEngine(folder(), options);
      try {
        await checkSearches(engine.api, filters);
      } finally {
        await engine.close();
      }
    });
  });

  it("never returns what the filter holds back, by whatever pools", async () => {
    const search = { ...searchDefaults, exhaustiveBelowPassages: 0 };
    const engine = await openInlineEngine(folder(), { flushBytes: 3000, search });
    try {
      await fill(engine.api);
      for (const filter of filters) {
        const keys = new Set(
          kept.filter(({ key, fields }) => plainMatch(filter, fields, key)).map(({ key }) => key),
        );
        const pools = { sketchPoolSize: 20, lexicalPoolSize: 10, minUpdateIntervalMs: 0 };
        const final = await finalOf(engine.api, { ...query!, ...pools, filter, k: 10 });
        for (const { key } of final.hits) assert.ok(keys.has(key), key);
        assert.equal(final.hits.length, Math.min(10, keys.size));
        assert.equal(final.coverage.eligible, keys.size);
        assert.equal(
          final.certificate,
          keys.size <= 30 && final.coverage.maxSimScored === keys.size ? "exact" : "estimate",
        );
      }
    } finally {
      await engine.close();
    }
  });
});
