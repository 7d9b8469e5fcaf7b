// Typed views of a segment part, made in the worker that reads it.

import { openPostings } from "../index/bm25/postings-reader.js";
import type { Bm25Segment } from "../index/bm25/bm25.js";
import { numbersOf, sectionOf } from "../index/segment-format.js";
import type { CodesReader } from "../index/segment-codes.js";
import type { SegmentPart } from "../index/segment-parts.js";

export function tombstonesOf(part: SegmentPart): Uint8Array | undefined {
  return part.tombstones && new Uint8Array(part.tombstones);
}

/** Packed token rows and where each passage's begin. */
export function tokenRowsOf(
  part: SegmentPart,
  reader: CodesReader,
): { bytes: Uint8Array; rowOffsets: Uint32Array } {
  const bytes = reader.bytesOf(part.codes);
  switch (part.kind) {
    case "flushed":
      return { bytes, rowOffsets: numbersOf(part.tables, "rowOffsets") };
    case "live":
      return { bytes, rowOffsets: new Uint32Array(part.rowOffsets, 0, part.rowCount + 1) };
  }
}

export function sketchesOf(part: SegmentPart): Uint8Array {
  switch (part.kind) {
    case "flushed":
      return sectionOf(part.tables, "sketches");
    case "live":
      return new Uint8Array(part.sketches);
  }
}

/** `liveTermIds`: ids of the wanted terms when the part is live. */
export function bm25SegmentOf(
  part: SegmentPart,
  liveTermIds: Int32Array = new Int32Array(),
): Bm25Segment {
  const tombstones = tombstonesOf(part);
  switch (part.kind) {
    case "flushed": {
      const postings = openPostings({
        terms: sectionOf(part.tables, "terms"),
        postings: sectionOf(part.tables, "postings"),
        lengths: sectionOf(part.tables, "lengths"),
      });
      return { kind: "flushed", postings, tombstones };
    }
    case "live":
      return { kind: "live", snapshot: part.terms, termIds: liveTermIds, tombstones };
  }
}

/** Bits of rows [start, start + count) that are not deleted; `start` is a multiple of 8. */
export function eligibleBits(
  tombstones: Uint8Array | undefined,
  { start, count }: { start: number; count: number },
): Uint8Array {
  const bits = new Uint8Array((count + 7) >>> 3).fill(0xff);
  if (tombstones === undefined) return bits;
  const first = start >>> 3;
  for (let i = 0; i < bits.length; i += 1) bits[i] = ~(tombstones[first + i] ?? 0);
  return bits;
}
