// Which rows of a generation's segments a search may return: one bitmap a segment, in one buffer.

import { present } from "../core/assert.js";

/** Bit set: the row may be returned. Rows that are deleted, and bits beyond the rows, are not set. */
export interface EligibleRows {
  readonly bits: SharedArrayBuffer;
  /** Byte of `bits` at which each segment's bitmap begins, a multiple of 8; then their end. */
  readonly offsets: Uint32Array;
}

/** With no bit set. `rowCounts`: of the segments, in the generation's order. */
export function createEligibleRows(rowCounts: readonly number[]): EligibleRows {
  const offsets = new Uint32Array(rowCounts.length + 1);
  let end = 0;
  for (const [place, count] of rowCounts.entries()) {
    end += 8 * Math.ceil(count / 64);
    offsets[place + 1] = end;
  }
  return { bits: new SharedArrayBuffer(end), offsets };
}

/** The bitmap of the segment at `place`; undefined, as what is eligible is, when all rows are. */
export function eligibleRowsOf(
  eligible: EligibleRows | undefined,
  place: number,
): Uint8Array | undefined {
  if (eligible === undefined) return undefined;
  const start = present(eligible.offsets[place], "each segment has a bitmap");
  const end = present(eligible.offsets[place + 1], "each bitmap has an end");
  return new Uint8Array(eligible.bits, start, end - start);
}
