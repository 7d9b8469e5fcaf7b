import assert from "node:assert/strict";

import fc from "fast-check";

import { countMerges, planMerge } from "../../../src/ingest/merge-policy.js";
import type { SegmentSize } from "../../../src/ingest/merge-policy.js";

const mib = 1024 * 1024;
const policy = { segmentBytesMax: 64 * mib };

/** Segments of so many MiB of live codes, with a share of dead passages. */
function segments(...sizes: (number | { mib: number; dead: number })[]): SegmentSize[] {
  return sizes.map((size, i) => {
    const { mib: live, dead } = typeof size === "number" ? { mib: size, dead: 0 } : size;
    const livePassages = Math.round(live * 100);
    const ordinalCount = Math.round(livePassages / (1 - dead)) + (live === 0 ? 1 : 0);
    return { id: i + 1, ordinalCount, livePassages, liveBytes: live * mib, isBarrier: false };
  });
}

describe("planMerge", () => {
  const cases: [what: string, sizes: SegmentSize[], expected: readonly number[] | undefined][] = [
    ["leaves seven of a tier", segments(8, 8, 8, 8, 8, 8, 7), undefined],
    [
      "merges what fills a segment, although one more would not fit",
      segments(9, 9, 9, 9, 9, 9, 9, 9),
      [1, 2, 3, 4, 5, 6, 7],
    ],
    [
      "merges the small ones first",
      segments(7, 7, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1),
      [3, 4, 5, 6, 7, 8, 9, 10],
    ],
    ["leaves full ones alone", segments(64, 60, 50, 40, 64), undefined],
    ["drops one without a live passage", segments(64, 0, 64), [2]],
    ["writes one anew that is dead in large part", segments(64, { mib: 40, dead: 0.4 }), [2]],
    ["keeps one that is dead in small part", segments(64, { mib: 50, dead: 0.2 }), undefined],
  ];
  for (const [what, sizes, expected] of cases)
    it(what, () => assert.deepEqual(planMerge(sizes, policy), expected));

  it("merges nothing across a damaged segment, and not the damaged one", () => {
    const sizes = segments(8, 8, 8, 8, 8, 8, 8, 7).map((size, i) => ({
      ...size,
      isBarrier: i === 3,
    }));
    assert.equal(planMerge(sizes, policy), undefined);
    assert.deepEqual(planMerge(sizes, policy, { isFull: true }), [1, 2, 3]);
  });

  it("counts a passage of few bytes for its share of the tables", () => {
    const sizes = segments(...Array.from({ length: 8 }, () => 0.01)).map((size) => ({
      ...size,
      ordinalCount: 60_000,
      livePassages: 60_000,
    }));
    assert.deepEqual(planMerge(sizes, policy), [1, 2, 3, 4]);
  });

  const anySizes = fc.array(
    fc.record({
      mib: fc.double({ min: 0, max: 64, noNaN: true }),
      dead: fc.double({ min: 0, max: 0.9, noNaN: true }),
    }),
    { maxLength: 60 },
  );

  it("comes to an end, with neighbors only and nothing above the largest size", () => {
    fc.assert(
      fc.property(anySizes, fc.boolean(), (given, isFull) => {
        const sizes = segments(...given);
        const ids = planMerge(sizes, policy, { isFull });
        if (ids !== undefined) {
          assert.deepEqual(
            ids,
            ids.map((_, i) => (ids[0] ?? 0) + i),
          );
          const bytes = sizes.filter(({ id }) => ids.includes(id)).map((size) => size.liveBytes);
          const sum = bytes.reduce((total, one) => total + one, 0);
          assert.ok(ids.length === 1 || sum <= policy.segmentBytesMax);
        }
        assert.ok(countMerges(sizes, policy, { isFull }) <= 2 * sizes.length);
      }),
    );
  });
});
