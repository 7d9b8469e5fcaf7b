// Hits that are said to be settled stay as they are: random streams, each replayed under the contract.

import assert from "node:assert/strict";

import { createPrng } from "../../src/core/prng.js";
import type { Prng } from "../../src/core/prng.js";
import type { SearchRequest } from "../../src/contract/search-request.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import { createNotes, putAll, searchNotes } from "../support/notes.js";
import { below, seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 16;
const streamCount = 4_000;
const lexicalWeights = [0, 0.15, 1, 5];
const scoreMaps = lexicalWeights.map((lexicalWeight) => ({
  map: { method: "platt", slope: 4, intercept: -2 } as const,
  lexicalWeight,
  rerank: undefined,
  queryCount: 1,
  resultCount: 1,
  brier: 0,
  ece: 0,
}));

describe("settled hits", () => {
  const folder = useTemporaryFolder();

  it(`do not move in ${streamCount} random streams, and some settle before the end`, async () => {
    const seen = { settledEarly: 0, streams: 0 };
    for (const [i, bits] of [1, 2, 4, 8].entries()) {
      const documents = seededDocuments({ seed: 90 + i, count: 24 + 9 * i, dim });
      // Given straight from the documents, some queries are answered by one of them exactly.
      const queries = [
        ...seededQueries({ seed: 90 + i, count: 20, dim }),
        ...documents.slice(0, 10).map(({ text, vectors }) => ({ text, vectors })),
      ];
      const search = { ...searchDefaults, minUpdateIntervalMs: 0, batchPassages: 2 };
      const options = { search, flushBytes: 2000 };
      const engine = await openInlineEngine(`${folder()}/${bits}`, options);
      try {
        await createNotes(engine.api, { dim, bits });
        await putAll(engine.api, documents);
        await engine.api.setScoreMaps("notes", scoreMaps);
        const prng = createPrng(7 + i);
        for (let n = 0; n < streamCount / 4; n += 1) {
          const asked = { ...queries[below(prng, queries.length)]!, ...randomPlan(prng) };
          const updates = await searchNotes(engine.api, asked);
          seen.streams += 1;
          if (updates.some(({ final, settledCount }) => !final && settledCount > 0))
            seen.settledEarly += 1;
        }
      } finally {
        await engine.close();
      }
    }
    assert.equal(seen.streams, streamCount);
    assert.ok(seen.settledEarly > 80, `${seen.settledEarly} streams settled before the end`);
  });
});

function randomPlan(prng: Prng): Partial<SearchRequest> {
  const number = below(prng, 60);
  return {
    k: 1 + below(prng, 12),
    exhaustive: below(prng, 2) === 0,
    sketchPoolSize: below(prng, 30),
    lexicalPoolSize: below(prng, 30),
    lexicalWeight: lexicalWeights[below(prng, 4)],
    fusion: below(prng, 2) === 0 ? "min_max" : "reciprocal_rank",
    ...(below(prng, 3) === 0 ? { minScore: prng.nextFloat() } : {}),
    ...(below(prng, 4) === 0 ? { minProbability: prng.nextFloat() + 1e-9 } : {}),
    ...(below(prng, 5) === 0 ? { groupBy: { field: "number", size: 1 + below(prng, 2) } } : {}),
    ...(below(prng, 6) === 0 ? { budgetMs: 1 } : {}),
    ...(below(prng, 4) === 0
      ? {
          filter: {
            kind: "range",
            field: "number",
            atLeast: number,
          },
        }
      : {}),
  };
}
