// Counts by values of 64 bits, on typed arrays. A Map of integers would make an object of each.

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
  const places = createPlaces();
  let counts = new Uint32Array(1024);
  /** Position after the last one that had the value, of all columns with lists one after another. */
  let seenAt = new Float64Array(counts.length);
  /** Positions of the columns before. */
  let base = 0;
  const placeOf = (values: Uint32Array, entry: number): number => {
    const place = places.of(values[2 * entry]!, values[2 * entry + 1]!);
    if (place < counts.length) return place;
    counts = copied(counts, new Uint32Array(2 * counts.length));
    seenAt = copied(seenAt, new Float64Array(counts.length));
    return place;
  };
  const addSingles = (values: Uint32Array, count: number, counted: Uint8Array): void => {
    for (let position = 0; position < count; position += 1) {
      if (counted[position] === 0) continue;
      const place = placeOf(values, position);
      counts[place]! += 1;
    }
  };
  const addLists = (values: Uint32Array, ends: Uint32Array, counted: Uint8Array): void => {
    let entry = 0;
    for (let position = 0; position < ends.length; position += 1) {
      const end = ends[position]!;
      if (counted[position] === 0) entry = end;
      for (; entry < end; entry += 1) {
        const place = placeOf(values, entry);
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
    counts: () => counts.subarray(0, places.count()),
    integer: (place) => new BigInt64Array(places.values().buffer, 8 * place, 1)[0]!,
    number: (place) => new Float64Array(places.values().buffer, 8 * place, 1)[0]!,
  };
}

interface Places {
  /** Of a value by its two halves; values have places from 0 in the order of their first call. */
  of(low: number, high: number): number;
  count(): number;
  /** Low and high half of the value of each place. */
  values(): Uint32Array<ArrayBuffer>;
}

/** A hash table with linear probing. */
function createPlaces(): Places {
  let mask = 1023;
  /** Place of a value plus 1; 0: free. */
  let slots = new Uint32Array(mask + 1);
  let halves = new Uint32Array(mask + 1);
  let count = 0;
  const slotOf = (low: number, high: number): number =>
    ((Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> 12) ^ low ^ (high >>> 20)) &
    mask;
  const grow = (): void => {
    mask = 2 * mask + 1;
    slots = new Uint32Array(mask + 1);
    halves = copied(halves, new Uint32Array(mask + 1));
    for (let place = 0; place < count; place += 1) {
      let slot = slotOf(halves[2 * place]!, halves[2 * place + 1]!);
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = place + 1;
    }
  };
  return {
    of(low, high) {
      let slot = slotOf(low, high);
      for (let found = slots[slot]!; found !== 0; found = slots[slot]!) {
        if (halves[2 * found - 2] === low && halves[2 * found - 1] === high) return found - 1;
        slot = (slot + 1) & mask;
      }
      slots[slot] = count + 1;
      halves[2 * count] = low;
      halves[2 * count + 1] = high;
      count += 1;
      if (2 * count > mask) grow();
      return count - 1;
    },
    count: () => count,
    values: () => halves,
  };
}

function copied<T extends Uint32Array | Float64Array>(before: T, larger: T): T {
  larger.set(before);
  return larger;
}
