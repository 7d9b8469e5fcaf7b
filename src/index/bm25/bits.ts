// Bitmaps over the rows of a segment: row r is bit r % 8, lowest first, of byte r / 8.

/** Rows beyond the bitmap's end count as not set. */
export function isBitSet(bits: Uint8Array, row: number): boolean {
  return ((bits[row >>> 3] ?? 0) & (1 << (row & 7))) !== 0;
}

/** A copy of `rowCount` bits in shared memory in which `rows` are set too; undefined: none was set. */
export function withBits(
  bits: SharedArrayBuffer | undefined,
  rowCount: number,
  rows: Iterable<number>,
): SharedArrayBuffer {
  const copy = new SharedArrayBuffer((rowCount + 7) >>> 3);
  const bytes = new Uint8Array(copy);
  if (bits !== undefined) bytes.set(new Uint8Array(bits));
  for (const row of rows) setBit(bytes, row);
  return copy;
}

export function setBit(bits: Uint8Array, row: number): void {
  bits[row >>> 3]! |= 1 << (row & 7);
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
