// Counts by values of 64 bits: a hash table with linear probing over typed arrays. A Map of integers
// would make an object of each.

import type { Column } from "./columns-reader.js";

export interface NumberTotals {
  /**
   * Adds the positions of a column of numbers for which `counted` is 1 to the counts of their
   * values; a position once to each value, however often its list has it.
   */
  add(column: Column, counted: Uint8Array): void;
  /** By place of the value. */
  counts(): Uint32Array;
  integer(place: number): bigint;
  number(place: number): number;
}

export function createNumberTotals(): NumberTotals {
  let mask = 1023;
  /** Place of a value plus 1; 0: free. */
  let slots = new Uint32Array(mask + 1);
  /** Low and high half of each value. */
  let halves = new Uint32Array(mask + 1);
  let counts = new Uint32Array(halves.length / 2);
  /** Position after the last one that had the value, of all columns one after another. */
  let seenAt = new Float64Array(counts.length);
  let size = 0;
  /** Positions of the columns before. */
  let base = 0;
  const slotOf = (low: number, high: number): number =>
    ((Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> 12) ^ low ^ (high >>> 20)) &
    mask;
  const grow = (): void => {
    mask = 2 * mask + 1;
    slots = new Uint32Array(mask + 1);
    halves = resized(halves, new Uint32Array(mask + 1));
    counts = resized(counts, new Uint32Array(halves.length / 2));
    seenAt = resized(seenAt, new Float64Array(counts.length));
    for (let place = 0; place < size; place += 1) {
      let slot = slotOf(halves[2 * place]!, halves[2 * place + 1]!);
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = place + 1;
    }
  };
  const placeOf = (low: number, high: number): number => {
    let slot = slotOf(low, high);
    for (let found = slots[slot]!; found !== 0; found = slots[slot]!) {
      if (halves[2 * found - 2] === low && halves[2 * found - 1] === high) return found - 1;
      slot = (slot + 1) & mask;
    }
    slots[slot] = size + 1;
    halves[2 * size] = low;
    halves[2 * size + 1] = high;
    size += 1;
    if (size === counts.length) grow();
    return size - 1;
  };
  const addSingles = (values: Uint32Array, count: number, counted: Uint8Array): void => {
    for (let position = 0; position < count; position += 1) {
      if (counted[position] === 0) continue;
      const place = placeOf(values[2 * position]!, values[2 * position + 1]!);
      counts[place]! += 1;
    }
  };
  const addLists = (values: Uint32Array, ends: Uint32Array, counted: Uint8Array): void => {
    let entry = 0;
    for (let position = 0; position < ends.length; position += 1) {
      const end = ends[position]!;
      if (counted[position] === 0) entry = end;
      for (; entry < end; entry += 1) {
        const place = placeOf(values[2 * entry]!, values[2 * entry + 1]!);
        if (seenAt[place] === base + position + 1) continue;
        seenAt[place] = base + position + 1;
        counts[place]! += 1;
      }
    }
    base += ends.length;
  };
  return {
    add({ ends, count, integers, numbers }, counted) {
      // One of the two is empty.
      const { buffer, byteOffset, length } = integers.length > 0 ? integers : numbers;
      const values = new Uint32Array(buffer, byteOffset, 2 * length);
      if (ends.length === 0) addSingles(values, count, counted);
      else addLists(values, ends, counted);
    },
    counts: () => counts.subarray(0, size),
    integer: (place) => new BigInt64Array(halves.buffer, 8 * place, 1)[0]!,
    number: (place) => new Float64Array(halves.buffer, 8 * place, 1)[0]!,
  };
}

function resized<T extends Uint32Array | Float64Array>(before: T, larger: T): T {
  larger.set(before);
  return larger;
}
