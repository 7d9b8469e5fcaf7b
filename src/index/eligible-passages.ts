// Which passages of a generation's segments a search may return: one bitmap a segment, in one
// buffer.

import { assert, present } from "../core/assert.js";

/**
 * Bit set: the passage may be returned. Passages that are deleted, and bits beyond the passages,
 * are not set.
 */
export interface EligiblePassages {
  readonly bits: SharedArrayBuffer;
  /** Byte of `bits` at which each segment's bitmap begins, a multiple of 8; then their end. */
  readonly offsets: Uint32Array;
}

/** With no bit set. `ordinalCounts`: of the segments, in the generation's order. */
export function createEligiblePassages(ordinalCounts: readonly number[]): EligiblePassages {
  const offsets = new Uint32Array(ordinalCounts.length + 1);
  let end = 0;
  for (const [place, count] of ordinalCounts.entries()) {
    end += 8 * Math.ceil(count / 64);
    offsets[place + 1] = end;
  }
  return { bits: new SharedArrayBuffer(end), offsets };
}

/**
 * The bitmap of the segment at `place`; undefined, as what is eligible is, when all passages are.
 */
export function eligibleOf(
  eligible: EligiblePassages | undefined,
  place: number,
): Uint8Array | undefined {
  if (eligible === undefined) return undefined;
  const start = present(eligible.offsets[place], "each segment has a bitmap");
  const end = present(eligible.offsets[place + 1], "each bitmap has an end");
  return new Uint8Array(eligible.bits, start, end - start);
}

/**
 * Takes the passages of the segment at `place` whose bits are set in `ordinals`, those that are
 * deleted and those beyond the last left out. Returns how many it took.
 */
export function setEligible(
  eligible: EligiblePassages,
  place: number,
  {
    ordinals,
    ordinalCount,
    tombstones,
  }: {
    readonly ordinals: Uint32Array;
    readonly ordinalCount: number;
    readonly tombstones: Uint8Array | undefined;
  },
): number {
  const bytes = present(eligibleOf(eligible, place), "there is a bitmap");
  const taken = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  assert(ordinals.length === taken.length, "one bit for each passage");
  const dead = new Uint32Array(ordinals.length);
  if (tombstones !== undefined) new Uint8Array(dead.buffer).set(tombstones);
  let count = 0;
  for (let i = 0; i < taken.length; i += 1) {
    const ordinalsLeft = ordinalCount - 32 * i;
    const mask = ordinalsLeft >= 32 ? 0xffffffff : ordinalsLeft <= 0 ? 0 : 2 ** ordinalsLeft - 1;
    taken[i] = ordinals[i]! & ~dead[i]! & mask;
    count += bitCount(taken[i]!);
  }
  return count;
}

/** Bits set among 32. */
function bitCount(word: number): number {
  let sum = word - ((word >>> 1) & 0x55555555);
  sum = (sum & 0x33333333) + ((sum >>> 2) & 0x33333333);
  return Math.imul((sum + (sum >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
