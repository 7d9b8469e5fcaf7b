// Counts by values of 64 bits: a hash table with linear probing over typed arrays. A Map of integers
// would make an object of each.

export interface NumberTotals {
  /** To be called before the first value of a column: positions begin again. */
  beginColumn(): void;
  /** Adds one to the count of a value; once for a position, however often its list has the value. */
  add(low: number, high: number, position: number): void;
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
  let base = 0;
  let last = 0;
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
  return {
    beginColumn() {
      base = last + 1;
    },
    add(low, high, position) {
      const place = placeOf(low, high);
      last = base + position;
      if (seenAt[place] === last) return;
      seenAt[place] = last;
      counts[place]! += 1;
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
