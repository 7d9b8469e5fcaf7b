// Which positions of a column meet a condition. The inner loops of filtering: without branches,
// which would cost ten times as much where about half of the values match (make bench-filters).

import type { FieldValue } from "../../core/document.js";
import type { RangeBounds } from "../../core/filter.js";
import { floatsAmong, integersAmong } from "../../core/number-values.js";
import type { Column } from "./columns-reader.js";

/**
 * Sets the bit of each position whose value is one of `values`; bits beyond the count may be set
 * too. `bits`: zeros, one bit a position. O(P + values log words).
 */
export function matchAnyOf(column: Column, values: readonly FieldValue[], bits: Uint32Array): void {
  const { kind } = column;
  switch (kind) {
    case "keyword":
    case "keywords":
      matchWords(column, wantedWords(column, values), bits);
      return;
    case "integer":
      matchIntegers(column.integers, integersAmong(values), bits);
      return;
    case "integers":
      matchLists(column, bits, (all) => matchIntegers(column.integers, integersAmong(values), all));
      return;
    case "float":
      matchNumbers(column.numbers, floatsAmong(values), bits);
      return;
    case "floats":
      matchLists(column, bits, (all) => matchNumbers(column.numbers, floatsAmong(values), all));
      return;
    case "time":
      matchNumbers(column.numbers, valuesOf<number>(values, kind), bits);
      return;
    case "times":
      matchLists(column, bits, (all) =>
        matchNumbers(column.numbers, valuesOf<number>(values, "time"), all),
      );
      return;
    case "boolean":
      matchBooleans(column.bits, valuesOf<boolean>(values, kind), bits);
  }
}

/** The same for a range; keywords and booleans have none. */
export function matchRange(column: Column, bounds: RangeBounds, bits: Uint32Array): void {
  const { kind } = column;
  switch (kind) {
    case "integer":
      integersBetween(column.integers, integerBounds(bounds), bits);
      return;
    case "integers":
      matchLists(column, bits, (all) =>
        integersBetween(column.integers, integerBounds(bounds), all),
      );
      return;
    case "float":
    case "time":
      numbersBetween(column.numbers, numberBounds(bounds), bits);
      return;
    case "floats":
    case "times":
      matchLists(column, bits, (all) => numbersBetween(column.numbers, numberBounds(bounds), all));
      return;
    case "keyword":
    case "keywords":
    case "boolean":
  }
}

/** The same for keywords that begin with `prefix`; other kinds have none. */
export function matchPrefix(column: Column, prefix: string, bits: Uint32Array): void {
  if (column.kind !== "keyword" && column.kind !== "keywords") return;
  const { first, end } = column.wordRange(Buffer.from(prefix, "utf8"));
  if (first === end) return;
  const flags = new Uint8Array(column.wordEnds.length).fill(1, first, end);
  if (column.kind === "keyword") wordsFlagged(column.wordNumbers, flags, bits);
  else listsFlagged(column.wordNumbers, { flags, ends: column.ends }, bits);
}

function valuesOf<T>(values: readonly FieldValue[], kind: FieldValue["kind"]): T[] {
  return values.filter((value) => value.kind === kind).map(({ value }) => value as T);
}

function matchBooleans(values: Uint8Array, wanted: readonly boolean[], bits: Uint32Array): void {
  const bytes = new Uint8Array(bits.buffer, bits.byteOffset);
  const [isTrue, isFalse] = [wanted.includes(true), wanted.includes(false)];
  for (const [i, byte] of values.entries()) bytes[i] = (isTrue ? byte : 0) | (isFalse ? ~byte : 0);
}

/** Sets the positions of lists with an entry whose bit `match` sets. O(entries). */
function matchLists(
  { ends, integers, numbers }: Column,
  bits: Uint32Array,
  match: (entryBits: Uint32Array) => void,
): void {
  // One of the two is empty.
  const entryBits = new Uint32Array((integers.length + numbers.length + 31) >>> 5);
  match(entryBits);
  let i = 0;
  for (let position = 0; position < ends.length; position += 1) {
    const end = ends[position]!;
    let found = 0;
    for (; i < end; i += 1) found |= (entryBits[i >>> 5]! >>> (i & 31)) & 1;
    bits[position >>> 5]! |= found << (position & 31);
  }
}

/** Distinct numbers of the words that the column has. */
function wantedWords(column: Column, values: readonly FieldValue[]): number[] {
  const wanted = new Set<number>();
  for (const value of values) {
    if (value.kind !== "keyword") continue;
    const number = column.wordNumber(Buffer.from(value.value, "utf8"));
    if (number >= 0) wanted.add(number);
  }
  return [...wanted];
}

function matchWords(column: Column, wanted: readonly number[], bits: Uint32Array): void {
  const [first] = wanted;
  if (first === undefined) return;
  const { wordNumbers } = column;
  if (column.kind === "keyword" && wanted.length === 1) {
    wordsEqual(wordNumbers, first, bits);
    return;
  }
  const flags = new Uint8Array(column.wordEnds.length);
  for (const number of wanted) flags[number] = 1;
  if (column.kind === "keyword") wordsFlagged(wordNumbers, flags, bits);
  else listsFlagged(wordNumbers, { flags, ends: column.ends }, bits);
}

function wordsEqual(numbers: Uint32Array, wanted: number, bits: Uint32Array): void {
  for (let word = 0, i = 0; i < numbers.length; word += 1) {
    const end = Math.min(numbers.length, i + 32);
    let found = 0;
    for (let bit = 0; i < end; i += 1, bit += 1) found |= Number(numbers[i] === wanted) << bit;
    bits[word] = found;
  }
}

function wordsFlagged(numbers: Uint32Array, flags: Uint8Array, bits: Uint32Array): void {
  for (let word = 0, i = 0; i < numbers.length; word += 1) {
    const end = Math.min(numbers.length, i + 32);
    let found = 0;
    for (let bit = 0; i < end; i += 1, bit += 1) found |= flags[numbers[i]!]! << bit;
    bits[word] = found;
  }
}

function listsFlagged(
  numbers: Uint32Array,
  { flags, ends }: { readonly flags: Uint8Array; readonly ends: Uint32Array },
  bits: Uint32Array,
): void {
  let i = 0;
  for (let position = 0; position < ends.length; position += 1) {
    const end = ends[position]!;
    let found = 0;
    for (; i < end; i += 1) found |= flags[numbers[i]!]!;
    bits[position >>> 5]! |= found << (position & 31);
  }
}

function matchNumbers(values: Float64Array, wanted: readonly number[], bits: Uint32Array): void {
  const [first] = wanted;
  if (first === undefined) return;
  if (wanted.length === 1) {
    numbersBetween(values, { low: first, high: first }, bits);
    return;
  }
  const set = new Set(wanted);
  for (let i = 0; i < values.length; i += 1)
    if (set.has(values[i]!)) bits[i >>> 5]! |= 1 << (i & 31);
}

function matchIntegers(values: BigInt64Array, wanted: readonly bigint[], bits: Uint32Array): void {
  const [first] = wanted;
  if (first === undefined) return;
  if (wanted.length === 1) {
    integersBetween(values, { low: first, high: first }, bits);
    return;
  }
  const exact = new Set(wanted);
  const rounded = new Set(wanted.map(Number));
  const halves = halvesOf(values);
  for (let i = 0; i < values.length; i += 1) {
    // A bigint is made only where the nearest double is the same: that is what costs.
    const nearest = halves[2 * i + 1]! * 2 ** 32 + (halves[2 * i]! >>> 0);
    if (rounded.has(nearest) && exact.has(values[i]!)) bits[i >>> 5]! |= 1 << (i & 31);
  }
}

/** Both ends included. */
interface Between<T> {
  readonly low: T;
  readonly high: T;
}

function numbersBetween(
  values: Float64Array,
  { low, high }: Between<number>,
  bits: Uint32Array,
): void {
  for (let word = 0, i = 0; i < values.length; word += 1) {
    const end = Math.min(values.length, i + 32);
    let found = 0;
    for (let bit = 0; i < end; i += 1, bit += 1) {
      const value = values[i]!;
      found |= (Number(value >= low) & Number(value <= high)) << bit;
    }
    bits[word] = found;
  }
}

/** Compares halves: a bigint a value would cost thirty times as much. */
function integersBetween(
  values: BigInt64Array,
  { low, high }: Between<bigint>,
  bits: Uint32Array,
): void {
  const halves = halvesOf(values);
  const [lowHigh, lowLow] = [Number(low >> 32n), Number(low & 0xffffffffn)];
  const [highHigh, highLow] = [Number(high >> 32n), Number(high & 0xffffffffn)];
  for (let word = 0, i = 0; i < values.length; word += 1) {
    const end = Math.min(values.length, i + 32);
    let found = 0;
    for (let bit = 0; i < end; i += 1, bit += 1) {
      const upper = halves[2 * i + 1]!;
      const lower = halves[2 * i]! >>> 0;
      const isBelow =
        Number(upper < lowHigh) | (Number(upper === lowHigh) & Number(lower < lowLow));
      const isAbove =
        Number(upper > highHigh) | (Number(upper === highHigh) & Number(lower > highLow));
      found |= ((isBelow | isAbove) ^ 1) << bit;
    }
    bits[word] = found;
  }
}

function halvesOf(values: BigInt64Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
}

function numberBounds({ atLeast, moreThan, atMost, lessThan }: RangeBounds): Between<number> {
  return {
    low: atLeast ?? (moreThan === undefined ? -Infinity : nextAbove(moreThan)),
    high: atMost ?? (lessThan === undefined ? Infinity : -nextAbove(-lessThan)),
  };
}

/** The least double above `value`. */
function nextAbove(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  const number = Float64Array.of(value);
  const steps = new BigInt64Array(number.buffer);
  steps[0]! += value > 0 ? 1n : -1n;
  return number[0]!;
}

/** The whole numbers between the bounds: a double is rounded towards the range, which is exact. */
function integerBounds({ atLeast, moreThan, atMost, lessThan }: RangeBounds): Between<bigint> {
  let low = -(2n ** 63n);
  let high = 2n ** 63n - 1n;
  const raise = (to: bigint): void => void (low = to > low ? to : low);
  const lower = (to: bigint): void => void (high = to < high ? to : high);
  if (atLeast !== undefined) raise(BigInt(Math.ceil(atLeast)));
  if (moreThan !== undefined) raise(BigInt(Math.floor(moreThan)) + 1n);
  if (atMost !== undefined) lower(BigInt(Math.floor(atMost)));
  if (lessThan !== undefined) lower(BigInt(Math.ceil(lessThan)) - 1n);
  return { low, high };
}
