// Counts the values of a field over documents, on the columns of segments.

import { singlesOf } from "../../core/document.js";
import type { FieldValue, SingleValue } from "../../core/document.js";
import { isBitSet } from "../bm25/bits.js";
import type { Column, ColumnsReader } from "./columns-reader.js";
import { createNumberTotals } from "./number-totals.js";
import type { NumberTotals } from "./number-totals.js";
import { createWordTotals } from "./word-totals.js";
import type { WordTotals } from "./word-totals.js";

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

export interface ValueCounter {
  /**
   * Of one segment. `isCounted`: 1 for a passage that stands for a document that counts, 0 for all
   * others. A document with a list counts once for each of its values. O(values of the field).
   */
  add(columns: ColumnsReader, isCounted: Uint8Array): void;
  /** At most `valuesMax` values of each kind, the most frequent. O(distinct values). */
  counts(valuesMax: number): FieldCounts;
}

/** Values are told apart by their bytes: their texts are made of those that are listed alone. */
export function createValueCounter(field: string): ValueCounter {
  const words = createWordTotals();
  const integers = createNumberTotals();
  const floats = createNumberTotals();
  const times = createNumberTotals();
  const booleans = new Uint32Array(2);
  let documentCount = 0;
  const addColumn = (column: Column, counted: Uint8Array): void => {
    switch (column.kind) {
      case "keyword":
      case "keywords": {
        const counts = new Uint32Array(column.wordCount);
        addEntries(column, counted, column.wordNumbers, counts);
        words.add(column, counts);
        return;
      }
      case "boolean":
        for (let position = 0; position < column.count; position += 1)
          booleans[Number(isBitSet(column.bits, position))]! += counted[position]!;
        return;
      case "integer":
      case "integers":
        addNumbers(integers, column, counted);
        return;
      case "float":
      case "floats":
        addNumbers(floats, column, counted);
        return;
      case "time":
      case "times":
        addNumbers(times, column, counted);
    }
  };
  return {
    add(columns, isCounted) {
      const { first, end } = columns.find(field);
      for (let place = first; place < end; place += 1) {
        const column = columns.column(place);
        const counted = countedPositions(column, isCounted);
        for (let position = 0; position < column.count; position += 1)
          documentCount += counted[position]!;
        addColumn(column, counted);
      }
    },
    counts: (valuesMax) => ({
      documentCount,
      ...listAll({ words, integers, floats, times, booleans }, valuesMax),
    }),
  };
}

function listAll(
  totals: {
    readonly words: WordTotals;
    readonly integers: NumberTotals;
    readonly floats: NumberTotals;
    readonly times: NumberTotals;
    readonly booleans: Uint32Array;
  },
  valuesMax: number,
): Omit<FieldCounts, "documentCount"> {
  const { words, integers, floats, times, booleans } = totals;
  const found = [
    listed(words.counts(), valuesMax, (place) => ({ kind: "keyword", value: words.word(place) })),
    listed(integers.counts(), valuesMax, (place) => {
      return textOf({ kind: "integer", value: integers.integer(place) });
    }),
    listed(floats.counts(), valuesMax, (place) => {
      return textOf({ kind: "float", value: floats.number(place) });
    }),
    listed(times.counts(), valuesMax, (place) => {
      return textOf({ kind: "time", value: times.number(place) });
    }),
    listed(booleans, valuesMax, (place) => textOf({ kind: "boolean", value: place === 1 })),
  ];
  return {
    values: found.flatMap(({ values }) => values),
    unlistedMax: Math.max(...found.map(({ unlistedMax }) => unlistedMax)),
  };
}

/** The values of a field of a document, as a counter names them; each once. */
export function valueNames(field: FieldValue): Omit<ValueCount, "count">[] {
  switch (field.kind) {
    case "keywords":
    case "integers":
    case "floats":
    case "times":
      return [...new Map(singlesOf(field).map((one) => [one.value, textOf(one)])).values()];
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

/** `isCounted` by position of the column. */
function countedPositions({ ordinals, count }: Column, isCounted: Uint8Array): Uint8Array {
  if (ordinals === undefined) return isCounted;
  const counted = new Uint8Array(count);
  for (let position = 0; position < count; position += 1)
    counted[position] = isCounted[ordinals[position]!]!;
  return counted;
}

/** Adds to the count of each entry's number; once for a list that has it twice. */
function addEntries(
  { ends, count }: Column,
  counted: Uint8Array,
  numbers: Uint32Array,
  counts: Uint32Array,
): void {
  if (ends.length === 0) {
    for (let position = 0; position < count; position += 1)
      counts[numbers[position]!]! += counted[position]!;
    return;
  }
  /** Position after the last one that has the value. */
  const seenAt = new Uint32Array(counts.length);
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
}

function addNumbers(totals: NumberTotals, column: Column, counted: Uint8Array): void {
  const { ends, count, integers, numbers } = column;
  // One of the two is empty.
  const values = integers.length > 0 ? integers : numbers;
  const halves = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  totals.beginColumn();
  let entry = 0;
  for (let position = 0; position < count; position += 1) {
    const end = ends.length === 0 ? position + 1 : ends[position]!;
    if (counted[position] === 0) entry = end;
    for (; entry < end; entry += 1)
      totals.add(halves[2 * entry]!, halves[2 * entry + 1]!, position);
  }
}

function listed(
  counts: Uint32Array,
  valuesMax: number,
  nameOf: (place: number) => Omit<ValueCount, "count">,
): { values: ValueCount[]; unlistedMax: number } {
  const unlistedMax = counts.length <= valuesMax ? 0 : (counts.toSorted().at(-1 - valuesMax) ?? 0);
  const values: ValueCount[] = [];
  for (const [place, count] of counts.entries())
    if (count > unlistedMax) values.push({ ...nameOf(place), count });
  return { values, unlistedMax };
}
