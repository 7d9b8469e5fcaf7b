import assert from "node:assert/strict";

import fc from "fast-check";

import { createPrng } from "../../../../src/core/prng.js";
import { countFrequencies, scaleOf } from "../../../../src/index/bm25/bm25.js";
import { findTopPassages } from "../../../../src/index/bm25/top-passages.js";
import type { Bm25Query } from "../../../../src/index/bm25/query.js";
import {
  alive,
  anyCollection,
  anyQuery,
  bruteForce,
  termsQuery,
  toBound,
  totalsOf,
} from "../../../support/bm25-model.js";
import type { EntrySegment } from "../../../support/bm25-model.js";

interface Found {
  readonly segment: number;
  readonly ordinal: number;
  readonly score: number;
}

describe("findTopPassages", () => {
  it("finds what sorting all scores would, ties of the last place included", () => {
    fc.assert(
      fc.property(
        ...[
          anyCollection,
          anyQuery,
          fc.integer({ min: 1, max: 12 }),
          fc.uint8Array({ maxLength: 3 }),
        ],
        (segments, query, topCount, bits) => {
          const eligible = segments.map((_, i) => (i % 2 === 0 ? bits : undefined));
          const expected = sorted(segments, query, { topCount, eligible });
          assert.deepEqual(found(segments, query, { topCount, eligible }), expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("does so over many windows, where it skips most postings, and when the work is divided", () => {
    const prng = createPrng(3);
    const word = (): string => `w${Math.floor(60 * prng.nextFloat() ** 3)}`;
    const segments = [9000, 300, 5000].map((count): EntrySegment => ({
      kind: "flushed",
      entries: Array.from({ length: count }, () =>
        alive(Array.from({ length: 3 + Math.floor(9 * prng.nextFloat()) }, word)),
      ),
    }));
    for (const query of [
      termsQuery("w0", "w50"),
      termsQuery("w1", "w2", "w59", "w0"),
      termsQuery("w0"),
    ])
      for (const topCount of [1, 10, 100]) {
        const expected = sorted(segments, query, { topCount, eligible: [] });
        assert.deepEqual(found(segments, query, { topCount, eligible: [] }), expected);
        const divided = found(segments, query, { topCount, eligible: [], ranges: [1, 3] });
        const last = divided[topCount - 1]?.score ?? 0;
        assert.deepEqual(
          divided.filter(({ score }) => score >= last),
          expected,
        );
      }
  });

  it("stops when cancelled", () => {
    const segments = [{ kind: "flushed" as const, entries: [alive(["a"])] }];
    const query = termsQuery("a");
    assert.equal(
      run(segments, query, { topCount: 1, from: 0, to: 1, isCancelled: true }),
      undefined,
    );
  });
});

interface Wanted {
  readonly topCount: number;
  readonly eligible: readonly (Uint8Array | undefined)[];
  /** Ends of the ranges that are searched one after another with one threshold. */
  readonly ranges?: readonly number[];
}

function found(segments: readonly EntrySegment[], query: Bm25Query, wanted: Wanted): Found[] {
  const sharedThreshold = new SharedArrayBuffer(4);
  const passages: Found[] = [];
  let from = 0;
  for (const to of wanted.ranges ?? [segments.length]) {
    const top = run(segments, query, { ...wanted, from, to, sharedThreshold });
    for (const [i, ordinal] of top?.ordinals.entries() ?? [])
      passages.push({ segment: top!.segments[i]!, ordinal, score: top!.scores[i]! });
    from = to;
  }
  return passages.sort(
    (a, b) => b.score - a.score || a.segment - b.segment || a.ordinal - b.ordinal,
  );
}

function run(
  segments: readonly EntrySegment[],
  query: Bm25Query,
  options: {
    readonly topCount: number;
    readonly from: number;
    readonly to: number;
    readonly eligible?: Wanted["eligible"];
    readonly sharedThreshold?: SharedArrayBuffer;
    readonly isCancelled?: boolean;
  },
): ReturnType<typeof findTopPassages> {
  const bound = segments.map((segment) => toBound(segment, query));
  const totals = totalsOf(segments.flatMap(({ entries }) => entries));
  return findTopPassages({
    segments: bound,
    range: options,
    eligible: options.eligible ?? [],
    scale: scaleOf(query, countFrequencies(bound, query), totals),
    topCount: options.topCount,
    sharedThreshold: options.sharedThreshold ?? new SharedArrayBuffer(4),
    isCancelled: () => options.isCancelled === true,
  });
}

function sorted(segments: readonly EntrySegment[], query: Bm25Query, wanted: Wanted): Found[] {
  const scores = bruteForce(
    segments.flatMap(({ entries }) => entries),
    query,
  );
  let next = 0;
  const all = segments.flatMap(({ entries }, segment) =>
    entries.map((_, ordinal): Found => ({ segment, ordinal, score: scores[next++]! })),
  );
  const matching = all.filter(({ segment, ordinal, score }) => {
    const bits = wanted.eligible[segment];
    return (
      score > 0 && (bits === undefined || ((bits[ordinal >> 3] ?? 0) >> (ordinal & 7)) % 2 === 1)
    );
  });
  matching.sort((a, b) => b.score - a.score || a.segment - b.segment || a.ordinal - b.ordinal);
  const last = matching[wanted.topCount - 1]?.score ?? 0;
  return matching.filter(({ score }) => score >= last);
}
