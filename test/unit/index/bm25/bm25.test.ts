import assert from "node:assert/strict";

import fc from "fast-check";

import {
  bm25Parameters,
  countFrequencies,
  scaleOf,
  scorePassages,
} from "../../../../src/index/bm25/bm25.js";
import { bindFlushed } from "../../../../src/index/bm25/bound-segment.js";
import type { BoundSegment } from "../../../../src/index/bm25/bound-segment.js";
import { PostingsReader } from "../../../../src/index/bm25/postings-reader.js";
import type { Bm25Query, Bm25Totals } from "../../../../src/index/bm25/query.js";
import {
  alive,
  anyCollection,
  anyQuery,
  bruteForce,
  dead,
  termsQuery,
  toBound,
  totalsOf,
} from "../../../support/bm25-model.js";
import { toPassageTerms, writeTerms } from "../../../support/passages.js";

describe("BM25 of passages", () => {
  it("follows the formula", () => {
    const entries = ["a a b", "b", "c c c c"].map((text) => alive(text.split(" ")));
    const query: Bm25Query = {
      clauses: [{ kind: "term", utf8: Buffer.from("a"), frequency: 2 }],
      phrases: [],
      quorums: [],
    };
    const scores = scoreAll(
      [toBound({ kind: "flushed", entries }, query)],
      query,
      totalsOf(entries),
    );
    const idf = Math.log(1 + (3 - 1 + 0.5) / (1 + 0.5));
    const expected = (2 * idf * 2) / (2 + 0.9 * (1 - 0.4 + (0.4 * 3) / (8 / 3)));
    assert.deepEqual(bm25Parameters, { k1: 0.9, b: 0.4 });
    assert.deepEqual(scores, [Math.fround(expected), 0, 0]);
  });

  it("is bit-identical to the plain computation however passages are spread over segments", () => {
    fc.assert(
      fc.property(anyCollection, anyQuery, (segments, query) => {
        const entries = segments.flatMap((segment) => segment.entries);
        const bound = segments.map((segment) => toBound(segment, query));
        assert.deepEqual(scoreAll(bound, query, totalsOf(entries)), bruteForce(entries, query));
      }),
      { numRuns: 400 },
    );
  });

  it("remembers unions of terms by what was asked, and gives the same again", () => {
    const passages = ["word", "ward", "worth", "work work"].map((text) =>
      toPassageTerms(text.split(" ")),
    );
    const reader = new PostingsReader(writeTerms(passages));
    const utf8 = Buffer.from("wor");
    const exact = { utf8: Buffer.from("word"), frequency: 1 };
    const clauses: Bm25Query["clauses"] = [
      { kind: "term", ...exact },
      { kind: "prefix", utf8, frequency: 1 },
      { kind: "prefix", ...exact },
      { kind: "near", ...exact, exactClause: 0, markLength: 0, distance: 1 },
      { kind: "near", ...exact, exactClause: 0, markLength: 0, distance: 2 },
    ];
    for (const time of ["first", "again"]) {
      const { postings } = bindFlushed(reader, { clauses, phrases: [], quorums: [] }, undefined);
      const found = postings.map((one) => one && [[...one.ordinals], [...one.counts]]);
      const expected = [
        [[0], [1]],
        [
          [0, 2, 3],
          [1, 1, 2],
        ],
        [[0], [1]],
        [
          [1, 3],
          [1, 1],
        ],
        [
          [1, 2, 3],
          [1, 1, 1],
        ],
      ];
      assert.deepEqual(found, expected, time);
    }
  });

  it("counts live passages only", () => {
    const entries = [alive(["b"]), dead(["b"]), alive(["c"])];
    const query = termsQuery("b", "absent");
    const bound = toBound({ kind: "flushed", entries }, query);
    assert.deepEqual(countFrequencies([bound], query), [1, 0]);
    assert.deepEqual(scoreAll([bound], query, totalsOf(entries)).slice(1), [0, 0]);
  });

  it("wants the words of a phrase side by side, in their order", () => {
    const query: Bm25Query = {
      ...termsQuery("b", "c"),
      phrases: [
        {
          terms: [
            { utf8: Buffer.from("b"), offset: 0 },
            { utf8: Buffer.from("c"), offset: 1 },
          ],
        },
      ],
    };
    const entries = [
      ["b", "c"],
      ["c", "b"],
      ["b", "a", "c"],
      ["c", "b", "c"],
    ].map(alive);
    for (const kind of ["flushed", "live"] as const) {
      const scores = scoreAll([toBound({ kind, entries }, query)], query, totalsOf(entries));
      assert.deepEqual(
        scores.map((score) => score > 0),
        [true, false, false, true],
      );
    }
  });

  it("takes a beginning for one term: counts add up", () => {
    const entries = [alive(["b", "bb", "c"]), alive(["b", "b", "c"]), alive(["c", "c", "c"])];
    const query: Bm25Query = {
      clauses: [{ kind: "prefix", utf8: Buffer.from("b"), frequency: 1 }],
      phrases: [],
      quorums: [],
    };
    const [both, twice, none] = scoreAll(
      [toBound({ kind: "flushed", entries }, query)],
      query,
      totalsOf(entries),
    );
    assert.equal(both, twice);
    assert.ok(both! > 0);
    assert.equal(none, 0);
  });
});

function scoreAll(
  segments: readonly BoundSegment[],
  query: Bm25Query,
  totals: Bm25Totals,
): number[] {
  const scale = scaleOf(query, countFrequencies(segments, query), totals);
  return segments.flatMap((segment) => [
    ...scorePassages(segment, Array(segment.ordinalCount).keys(), scale),
  ]);
}
