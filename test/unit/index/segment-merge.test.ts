import assert from "node:assert/strict";

import fc from "fast-check";

import { toSequence } from "../../../src/core/ids.js";
import { livePassageCount, mergeTables, toMergeInputs } from "../../../src/index/segment-merge.js";
import { writeSegment } from "../../../src/index/segment-writer.js";
import type { SegmentPassage } from "../../../src/index/segment-writer.js";
import { anySegmentPassages } from "../../support/segment-passages.js";

/** Segments by rising sequence, with the passages that are deleted. */
const anySegments = fc
  .array(fc.record({ passages: anySegmentPassages, dead: fc.array(fc.nat(11)) }), { maxLength: 4 })
  .map((segments) => {
    let before = 0;
    return segments.map(({ passages, dead }) => {
      const moved = passages.map((p): SegmentPassage => ({
        ...p,
        sequence: toSequence(p.sequence + before),
      }));
      before = moved.at(-1)?.sequence ?? before;
      return { passages: moved, dead: new Set(dead) };
    });
  });

describe("mergeTables", () => {
  it("gives the bytes that writing the live passages anew would", () => {
    fc.assert(
      fc.property(anySegments, (segments) => {
        const inputs = toMergeInputs(
          segments.map(({ passages, dead }) => ({
            tables: writeSegment(passages).tables,
            tombstones: bitmap(dead),
          })),
        );
        const live = segments.flatMap(({ passages, dead }) =>
          passages.filter((_, ordinal) => !dead.has(ordinal)),
        );
        assert.equal(livePassageCount(inputs), live.length);
        assert.deepEqual(
          new Uint8Array(mergeTables(inputs)),
          new Uint8Array(writeSegment(live).tables),
        );
      }),
    );
  });
});

function bitmap(ordinals: ReadonlySet<number>): Uint8Array {
  const bits = new Uint8Array(2);
  for (const ordinal of ordinals) bits[ordinal >> 3]! |= 1 << (ordinal & 7);
  return bits;
}
