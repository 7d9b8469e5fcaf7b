import assert from "node:assert/strict";

import { firstAnalyzer } from "../../support/analyzers.js";
import { limits } from "../../../src/core/limits.js";
import type { SearchRequest } from "../../../src/contract/search-request.js";
import { planSearch } from "../../../src/search/plan.js";
import type { SearchDefaults, SearchPlan } from "../../../src/search/plan.js";
import { hasReason } from "../../support/errors.js";

const defaults: SearchDefaults = {
  sketchPoolSize: 256,
  lexicalPoolSize: 128,
  refinePoolSize: 32,
  lexicalWeight: 0.15,
  exhaustiveBelowPassages: 2000,
  minUpdateIntervalMs: 25,
  batchPassages: 512,
  rerankModel: "",
  rerankDepth: 20,
  rerankWeight: 0.3,
  rerankWindowTokens: 144,
};
const request: SearchRequest = {
  collection: "notes",
  text: "reading the lines of a file, reading",
  exhaustive: false,
  payload: { mode: "every_update", title: true, text: false, fields: false },
};

describe("planSearch", () => {
  it("gives every option its default", () => {
    assert.deepEqual(plan({}), {
      lexical: {
        plainText: request.text,
        terms: [
          { term: "read", frequency: 2 },
          { term: "line", frequency: 1 },
          { term: "file", frequency: 1 },
        ],
        prefixes: [],
        phrases: [],
        misspellings: [],
        excluded: [],
        quorums: [],
      },
      variants: [{ text: request.text, vectors: undefined }],
      filter: undefined,
      isRestricted: false,
      exceptKey: undefined,
      k: 10,
      page: { offset: 0, end: 10 },
      countDocuments: false,
      facets: [],
      exhaustiveBelowPassages: 2000,
      sketchPoolSize: 256,
      lexicalPoolSize: 128,
      refinePoolSize: 0,
      lexicalWeight: 0.15,
      expectedRecall: undefined,
      fusion: "reciprocal_rank",
      minScore: undefined,
      minProbability: undefined,
      softmaxTemperature: undefined,
      caps: [],
      order: undefined,
      stageBudgets: {},
      minUpdateIntervalMs: 25,
      batchPassages: 512,
      rerank: undefined,
      context: undefined,
      payload: { mode: "every_update", title: true, text: false, fields: false, highlights: false },
      highlight: undefined,
    });
  });

  it("sends title, text and fields with every update unless the request says what to send", () => {
    const all = { mode: "every_update", title: true, text: true, fields: true, highlights: false };
    assert.deepEqual(plan({ payload: undefined }).payload, all);
    assert.deepEqual(plan({ payload: { fields: false } }).payload, { ...all, fields: false });
  });

  it("takes what the request says, at both ends of each range", () => {
    const least = plan({ k: 1, sketchPoolSize: 0, lexicalPoolSize: 0, lexicalWeight: 0 });
    assert.equal(least.sketchPoolSize, 1, "a pool holds at least the hits that are wanted");
    assert.equal(least.lexicalPoolSize, 0);
    assert.equal(least.lexicalWeight, 0);
    const most = plan({ k: limits.hitCountMax, sketchPoolSize: limits.poolSizeMax });
    assert.equal(most.k, 1000);
    assert.equal(most.sketchPoolSize, limits.poolSizeMax);
    assert.equal(plan({ minUpdateIntervalMs: 0 }).minUpdateIntervalMs, 0);
    assert.equal(plan({ minScore: -1 }).minScore, -1);
  });

  it("scores collections of any size whole when asked to", () => {
    assert.equal(plan({ exhaustive: true }).exhaustiveBelowPassages, Infinity);
  });

  const whole = [-1, 1.5, NaN, Infinity, -Infinity, 1_000_001];
  const table: readonly [keyof SearchRequest, string, readonly number[]][] = [
    ["k", "k", [0, ...whole]],
    ["sketchPoolSize", "sketch_pool_size", whole],
    ["lexicalPoolSize", "lexical_pool_size", whole],
    ["refinePoolSize", "refine_pool_size", whole],
    ["minUpdateIntervalMs", "min_update_interval_ms", whole],
    ["lexicalWeight", "lexical_weight", [-0.1, 100.5, NaN, Infinity]],
    ["minScore", "min_score", [NaN, Infinity, -Infinity]],
    ["minProbability", "min_probability", [0, -0.5, 1.01, NaN]],
    ["softmaxTemperature", "softmax_temperature", [0, -1, NaN, Infinity, 1e7]],
    ["budgetMs", "budget_ms", [0, ...whole]],
    ["minSequence", "min_sequence", [-1, 1.5, NaN, Infinity]],
  ];
  for (const [name, field, values] of table) {
    for (const value of values) {
      it(`refuses ${field} ${value}, naming the field`, () => {
        assert.throws(
          () => plan({ [name]: value }),
          (error: unknown) => {
            hasReason("INVALID_FIELD", new RegExp(String(value)))(error);
            assert.equal((error as { field?: string }).field, field);
            return true;
          },
        );
      });
    }
  }

  it("refuses a query of nothing, and one that is too long", () => {
    for (const text of ["", " \n\t"])
      assert.throws(() => plan({ text }), hasReason("INVALID_TEXT", /neither text nor vectors/));
    const bytes = limits.queryBytesMax;
    assert.equal(plan({ text: "é".repeat(bytes / 2) }).lexical.plainText.length, bytes / 2);
    assert.throws(
      () => plan({ text: `${"é".repeat(bytes / 2)}!` }),
      hasReason("INVALID_TEXT", /16385 bytes, the limit is 16384/),
    );
  });

  it("finds no terms in stop words and punctuation", () => {
    assert.deepEqual(plan({ text: "the of and ?!" }).lexical.terms, []);
    const vectors = { type: "float32", dim: 16, bytes: new Uint8Array(64) } as const;
    assert.deepEqual(plan({ text: "", vectors }).lexical.terms, []);
  });
});

function plan(asked: Partial<SearchRequest>): SearchPlan {
  const analyzer = firstAnalyzer("english");
  return planSearch({ ...request, ...asked }, { defaults, analyzer });
}
