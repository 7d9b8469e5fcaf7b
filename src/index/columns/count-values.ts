// Counts the values of a field over documents, on the columns of a segment.

import type { FieldValue, SingleValue } from "../../core/document.js";
import { isBitSet } from "../bm25/bits.js";
import type { Column, ColumnsReader } from "./columns-reader.js";

export interface ValueCount {
  readonly kind: SingleValue["kind"];
  /** As in the text of a filter. */
  readonly value: string;
  readonly count: number;
}

export interface FieldCounts {
  readonly values: readonly ValueCount[];
  /** Documents that have the field. */
  readonly documentCount: number;
  /** No value that `values` leaves out has more documents. 0: none is left out. */
  readonly unlistedMax: number;
}

/**
 * `isCounted`: 1 for a passage that stands for a document that counts, 0 for all others. A document
 * with a list counts once for each of its values. At most `valuesMax` values of each kind, the most
 * frequent. O(values of the field + distinct values).
 */
export function countValues(
  columns: ColumnsReader,
  field: string,
  { isCounted, valuesMax }: { readonly isCounted: Uint8Array; readonly valuesMax: number },
): FieldCounts {
  const values: ValueCount[] = [];
  let documentCount = 0;
  let unlistedMax = 0;
  const { first, end } = columns.find(field);
  for (let place = first; place < end; place += 1) {
    const column = columns.column(place);
    const counted = countedPositions(column, isCounted);
    for (let position = 0; position < column.count; position += 1)
      documentCount += counted[position]!;
    const distinct = distinctValues(column);
    const counts = countEntries(column, distinct, counted);
    const threshold = leastListed(counts, valuesMax);
    for (const [number, count] of counts.entries())
      if (count > threshold) values.push({ ...distinct.nameOf(number), count });
    unlistedMax = Math.max(unlistedMax, threshold);
  }
  return { values, documentCount, unlistedMax };
}

/** `isCounted` by position of the column. */
function countedPositions({ ordinals, count }: Column, isCounted: Uint8Array): Uint8Array {
  if (ordinals === undefined) return isCounted;
  const counted = new Uint8Array(count);
  for (let position = 0; position < count; position += 1)
    counted[position] = isCounted[ordinals[position]!]!;
  return counted;
}

/** The distinct values of a column, numbered. */
interface DistinctValues {
  /** Number of the value of each entry. */
  readonly numbers: Uint32Array;
  readonly count: number;
  nameOf(number: number): { readonly kind: SingleValue["kind"]; readonly value: string };
}

function distinctValues(column: Column): DistinctValues {
  const { kind, integers, numbers } = column;
  switch (kind) {
    case "keyword":
    case "keywords":
      return {
        numbers: column.wordNumbers,
        count: column.wordCount,
        nameOf: (number) => ({ kind: "keyword", value: column.word(number) }),
      };
    case "boolean":
      return {
        numbers: Uint32Array.from({ length: column.count }, (_, i) =>
          Number(isBitSet(column.bits, i)),
        ),
        count: 2,
        nameOf: (number) => ({ kind, value: String(number === 1) }),
      };
    case "integer":
    case "integers":
      return numbered(integers, (place) => textOf({ kind: "integer", value: integers[place]! }));
    case "float":
    case "floats":
      return numbered(numbers, (place) => textOf({ kind: "float", value: numbers[place]! }));
    case "time":
    case "times":
      return numbered(numbers, (place) => textOf({ kind: "time", value: numbers[place]! }));
  }
}

/** The values of a field of a document, as `countValues` names them; each once. */
export function valueNames(field: FieldValue): Omit<ValueCount, "count">[] {
  switch (field.kind) {
    case "keywords":
      return [...new Set(field.value)].map((value) => textOf({ kind: "keyword", value }));
    case "integers":
      return [...new Set(field.value)].map((value) => textOf({ kind: "integer", value }));
    case "floats":
      return [...new Set(field.value)].map((value) => textOf({ kind: "float", value }));
    case "times":
      return [...new Set(field.value)].map((value) => textOf({ kind: "time", value }));
    case "keyword":
    case "integer":
    case "float":
    case "time":
    case "boolean":
      return [textOf(field)];
  }
}

function textOf({ kind, value }: SingleValue): Omit<ValueCount, "count"> {
  return { kind, value: kind === "time" ? new Date(value).toISOString() : String(value) };
}

/**
 * Numbers values of 64 bits by a hash table with linear probing: a Map of integers would make an
 * object of each, and take ten times as long.
 */
function numbered(
  values: BigInt64Array | Float64Array,
  nameOf: (place: number) => ReturnType<DistinctValues["nameOf"]>,
): DistinctValues {
  const halves = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  const numbers = new Uint32Array(values.length);
  /** Place of the first entry of each distinct value. */
  const places: number[] = [];
  let mask = 1023;
  /** Number of a value plus 1; 0: free. */
  let slots = new Uint32Array(mask + 1);
  const slotOf = (low: number, high: number): number =>
    (Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> 7) & mask;
  const grow = (): void => {
    mask = 2 * mask + 1;
    slots = new Uint32Array(mask + 1);
    for (const [number, place] of places.entries()) {
      let slot = slotOf(halves[2 * place]!, halves[2 * place + 1]!);
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
  };
  for (let place = 0; place < values.length; place += 1) {
    const low = halves[2 * place]!;
    const high = halves[2 * place + 1]!;
    let slot = slotOf(low, high);
    for (;;) {
      const found = slots[slot]!;
      if (found === 0) {
        places.push(place);
        slots[slot] = places.length;
        numbers[place] = places.length - 1;
        if (2 * places.length > mask) grow();
        break;
      }
      const known = places[found - 1]!;
      if (halves[2 * known] === low && halves[2 * known + 1] === high) {
        numbers[place] = found - 1;
        break;
      }
      slot = (slot + 1) & mask;
    }
  }
  return { numbers, count: places.length, nameOf: (number) => nameOf(places[number]!) };
}

/** Documents by number of the value. */
function countEntries(
  { ends, count }: Column,
  distinct: DistinctValues,
  counted: Uint8Array,
): Uint32Array {
  const { numbers } = distinct;
  const counts = new Uint32Array(distinct.count);
  if (ends.length === 0) {
    for (let position = 0; position < count; position += 1)
      counts[numbers[position]!]! += counted[position]!;
    return counts;
  }
  /** Position after the last one that has the value: a list may have it twice. */
  const seenAt = new Uint32Array(distinct.count);
  let entry = 0;
  for (let position = 0; position < count; position += 1) {
    const end = ends[position]!;
    for (; entry < end; entry += 1) {
      const number = numbers[entry]!;
      if (seenAt[number] === position + 1) continue;
      seenAt[number] = position + 1;
      counts[number]! += counted[position]!;
    }
  }
  return counts;
}

/** The least count that is so rare that at most `valuesMax` values have more; 0: all fit. */
function leastListed(counts: Uint32Array, valuesMax: number): number {
  if (counts.length <= valuesMax) return 0;
  return counts.toSorted().at(-1 - valuesMax) ?? 0;
}
