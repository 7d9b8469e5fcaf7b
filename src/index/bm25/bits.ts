// Bitmaps over the passages of a segment: ordinal r is bit r % 8, lowest first, of byte r / 8.

/** Ordinals beyond the bitmap's end count as not set. */
export function isBitSet(bits: Uint8Array, ordinal: number): boolean {
  return ((bits[ordinal >>> 3] ?? 0) & (1 << (ordinal & 7))) !== 0;
}

/**
 * A copy of `ordinalCount` bits in shared memory in which `ordinals` are set too. `undefined`
 * stands for a bitmap without set bits.
 */
export function withBits(
  bits: SharedArrayBuffer | undefined,
  ordinalCount: number,
  ordinals: Iterable<number>,
): SharedArrayBuffer {
  const copy = new SharedArrayBuffer((ordinalCount + 7) >>> 3);
  const bytes = new Uint8Array(copy);
  if (bits !== undefined) bytes.set(new Uint8Array(bits));
  for (const ordinal of ordinals) setBit(bytes, ordinal);
  return copy;
}

export function setBit(bits: Uint8Array, ordinal: number): void {
  bits[ordinal >>> 3]! |= 1 << (ordinal & 7);
}

/** The same bitmap, or undefined when no bit of it is set. O(bytes). */
export function unlessEmpty(bits: Uint8Array | undefined): Uint8Array | undefined {
  return bits?.some((byte) => byte !== 0) === true ? bits : undefined;
}

/** Bits that are set. O(bytes). */
export function countBits(bits: Uint8Array): number {
  let count = 0;
  for (let left of bits) for (; left !== 0; left &= left - 1) count += 1;
  return count;
}
