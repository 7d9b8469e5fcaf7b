import assert from "node:assert/strict";

import fc from "fast-check";

import { selectTopRows } from "../../../../src/index/bm25/top-rows.js";
import type { ScoredSegment, TopRows } from "../../../../src/index/bm25/top-rows.js";

describe("selectTopRows", () => {
  it("orders by score, then segment, then row, and keeps every tie of the last place", () => {
    const segments = [
      { scores: Float32Array.of(1, 3, 0, 2) },
      { scores: Float32Array.of(2, 5, 2) },
    ];
    assert.deepEqual(show(selectTopRows(segments, 3)), "1:1=5 0:1=3 | 0:3=2 1:0=2 1:2=2");
    assert.deepEqual(show(selectTopRows(segments, 2)), "1:1=5 | 0:1=3");
  });

  it("returns only eligible rows, and never one that does not match", () => {
    const segments = [
      { scores: Float32Array.of(9, 1, 0, 8), eligible: Uint8Array.of(0b0110) },
      { scores: Float32Array.of(4) },
    ];
    assert.deepEqual(show(selectTopRows(segments, 10)), "1:0=4 0:1=1 |");
    assert.deepEqual(show(selectTopRows(segments, 2)), "1:0=4 | 0:1=1");
  });

  it("returns nothing for no places and no rows", () => {
    assert.deepEqual(show(selectTopRows([{ scores: Float32Array.of(1) }], 0)), "|");
    assert.deepEqual(show(selectTopRows([], 5)), "|");
  });

  it("agrees with sorting everything", () => {
    const segment = fc.record({
      scores: fc.array(fc.integer({ min: 0, max: 6 })).map((list) => Float32Array.from(list)),
      eligible: fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 4 }), fc.nat({ max: 20 }), (segments, n) => {
        assert.equal(show(selectTopRows(segments, n)), bruteForce(segments, n));
      }),
      { numRuns: 500 },
    );
  });
});

function show({ segments, rows, scores, tieStart }: TopRows): string {
  const entries = Array.from(rows, (row, i) => `${segments[i]!}:${row}=${scores[i]!}`);
  return [...entries.slice(0, tieStart), "|", ...entries.slice(tieStart)].join(" ");
}

function bruteForce(segments: readonly ScoredSegment[], n: number): string {
  const all = segments.flatMap(({ scores, eligible }, segment) =>
    Array.from(scores, (score, row) => ({ segment, row, score })).filter(
      ({ row, score }) =>
        score > 0 && (eligible === undefined || ((eligible[row >> 3] ?? 0) >> (row & 7)) % 2 === 1),
    ),
  );
  const sorted = all.sort((a, b) => b.score - a.score);
  const last = n > 0 ? sorted[n - 1]?.score : Infinity;
  const write = (list: typeof all): string[] =>
    list.map(({ segment, row, score }) => `${segment}:${row}=${score}`);
  if (last === undefined) return [...write(sorted), "|"].join(" ");
  const above = sorted.filter(({ score }) => score > last);
  const tied = sorted.filter(({ score }) => score === last);
  return [...write(above), "|", ...write(tied)].join(" ");
}
