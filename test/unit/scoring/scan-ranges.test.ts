import assert from "node:assert/strict";

import fc from "fast-check";

import { createReferenceKernels } from "../../../src/kernels/reference.js";
import type { LivePart } from "../../../src/index/segment-parts.js";
import { scanRanges } from "../../../src/scoring/scan-ranges.js";
import type { ScanTask } from "../../../src/scoring/score.protocol.js";
import { eligibleBits } from "../../../src/scoring/part-views.js";
import { segmentsOf } from "../../support/passage-places.js";

const kernels = createReferenceKernels();
const dim = 16;

describe("scanRanges", () => {
  it("finds the exact best passages that are not deleted, with all ties of the last place", () => {
    fc.assert(
      fc.property(anyParts, fc.integer({ min: 1, max: 12 }), (lists, topCount) => {
        const parts = lists.map(toPart);
        const ranges = lists.flatMap((passages, part) => rangesOf(part, passages.length));
        const answer = scanRanges(toTask({ parts, ranges, topCount }), kernels)!;
        const found = Array.from(answer.top.ordinals, (ordinal, i) => ({
          part: answer.top.parts[i]!,
          ordinal,
          score: answer.top.scores[i]!,
        }));
        const all = lists.flatMap((passages, part) =>
          passages.flatMap(({ code, isDead }, ordinal) =>
            isDead ? [] : [{ part, ordinal, score: scoreOf(code) }],
          ),
        );
        all.sort((a, b) => b.score - a.score || a.part - b.part || a.ordinal - b.ordinal);
        const last = all[Math.min(topCount, all.length) - 1]?.score ?? 0;
        const wanted = all.filter(({ score }) => score >= last);
        // Up to `topCount` passages a range are kept, so more than wanted may come, never fewer.
        for (const entry of wanted)
          assert.ok(
            found.some(({ part, ordinal, score }) => {
              return part === entry.part && ordinal === entry.ordinal && score === entry.score;
            }),
            JSON.stringify({ entry, found }),
          );
        if (all.length > topCount) assert.equal(found.length, wanted.length);
      }),
      { numRuns: 200 },
    );
  });

  it("stops when cancelled", () => {
    const cancel = new SharedArrayBuffer(4);
    new Int32Array(cancel)[0] = 1;
    const parts = [toPart([{ code: 1, isDead: false }])];
    const task = toTask({ parts, ranges: [{ part: 0, start: 0, end: 1 }], topCount: 1 });
    assert.equal(scanRanges({ ...task, cancel }, kernels), undefined);
  });
});

describe("eligibleBits", () => {
  it("has a bit for each passage that is not deleted", () => {
    assert.deepEqual([...eligibleBits(undefined, { start: 8, count: 9 })], [0xff, 0xff]);
    const tombstones = Uint8Array.of(0, 0b101, 0b1);
    const bits = eligibleBits(tombstones, { start: 8, count: 12 });
    assert.deepEqual([...bits], [0b1111_1010, 0b1111_1110]);
    // A bitmap may end before the passages that came after it.
    assert.deepEqual([...eligibleBits(tombstones, { start: 24, count: 8 })], [0xff]);
  });
});

interface Passage {
  /** Every byte of the sketch: two bits a coordinate. */
  readonly code: number;
  readonly isDead: boolean;
}

const anyPassage = fc.record({
  code: fc.constantFrom(0x00, 0x55, 0xaa, 0xff, 0x1b),
  isDead: fc.boolean(),
});
const anyParts = fc.array(fc.array(anyPassage, { minLength: 1, maxLength: 30 }), { maxLength: 3 });

/** A live part whose sketches are the passages' codes. */
function toPart(passages: readonly Passage[]): LivePart {
  const keys = passages.map((_, i) => ({ key: `k${i}`, passageNumber: 0 }));
  const { part } = segmentsOf([keys])[0]!;
  assert.ok(part.kind === "live");
  const sketches = new SharedArrayBuffer(passages.length * (dim / 4));
  for (const [i, { code }] of passages.entries())
    new Uint8Array(sketches, i * (dim / 4), dim / 4).fill(code);
  const tombstones = new SharedArrayBuffer(Math.ceil(passages.length / 8));
  const bits = new Uint8Array(tombstones);
  for (const [i, { isDead }] of passages.entries()) if (isDead) bits[i >> 3]! |= 1 << (i & 7);
  return { ...part, sketches, sketchBytes: dim / 4, tombstones };
}

/** Cut at multiples of 8, as stages cut them. */
function rangesOf(part: number, ordinalCount: number): ScanTask["ranges"] {
  const middle = Math.min(8, ordinalCount);
  const both = [
    { part, start: 0, end: middle },
    { part, start: middle, end: ordinalCount },
  ];
  return both.filter(({ start, end }) => start < end);
}

function toTask(work: Pick<ScanTask, "parts" | "ranges" | "topCount">): ScanTask {
  return {
    kind: "scan",
    query: {
      rowCount: 1,
      dim,
      rows: new Int8Array(dim).fill(3),
      rowScales: Float32Array.of(1),
    },
    bits: 2,
    cancel: new SharedArrayBuffer(4),
    ...work,
  };
}

/** All sixteen coordinates of the query are 3. */
function scoreOf(code: number): number {
  let sum = 0;
  for (let shift = 0; shift < 8; shift += 2) sum += 2 * ((code >> shift) & 3) - 3;
  return 3 * sum * (dim / 4);
}
