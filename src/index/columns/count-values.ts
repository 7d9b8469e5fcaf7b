// Counts the values of a field over documents, on the columns of segments.

import { singlesOf } from "../../core/document.js";
import type { FieldValue, SingleValue } from "../../core/document.js";
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

/** Passages of a segment that stand for a document that counts. */
export interface CountedPassages {
  /** 1 for each of them, 0 for all others. */
  readonly isCounted: Uint8Array;
  readonly count: number;
}

export interface ValueCounter {
  /**
   * Of one segment. A document with a list counts once for each of its values. O(values of the
   * field).
   */
  add(columns: ColumnsReader, passages: CountedPassages): void;
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
      case "keywords":
        words.add(column, countedEntries(column, counted));
        return;
      case "boolean":
        addBooleans(booleans, column, counted);
        return;
      case "integer":
      case "integers":
        integers.add(column, counted);
        return;
      case "float":
      case "floats":
        floats.add(column, counted);
        return;
      case "time":
      case "times":
        times.add(column, counted);
    }
  };
  return {
    add(columns, { isCounted, count }) {
      const { first, end } = columns.find(field);
      for (let place = first; place < end; place += 1) {
        const column = columns.column(place);
        const counted = countedPositions(column, isCounted);
        documentCount += column.ordinals === undefined ? count : sumOf(counted);
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

/** By number of the word; a position counts once for a word that its list has twice. */
function countedEntries(column: Column, counted: Uint8Array): Uint32Array {
  const { ends, count, wordNumbers } = column;
  const counts = new Uint32Array(column.wordEnds.length);
  if (ends.length === 0) {
    for (let position = 0; position < count; position += 1)
      counts[wordNumbers[position]!]! += counted[position]!;
    return counts;
  }
  /** Position after the last one that has the word. */
  const seenAt = new Uint32Array(counts.length);
  let entry = 0;
  for (let position = 0; position < count; position += 1) {
    const end = ends[position]!;
    for (; entry < end; entry += 1) {
      const number = wordNumbers[entry]!;
      if (seenAt[number] === position + 1) continue;
      seenAt[number] = position + 1;
      counts[number]! += counted[position]!;
    }
  }
  return counts;
}

function addBooleans(totals: Uint32Array, { bits, count }: Column, counted: Uint8Array): void {
  let trueCount = 0;
  let falseCount = 0;
  for (let position = 0; position < count; position += 1) {
    const bit = (bits[position >>> 3]! >>> (position & 7)) & 1;
    trueCount += counted[position]! & bit;
    falseCount += counted[position]! & ~bit;
  }
  totals[0]! += falseCount;
  totals[1]! += trueCount;
}

function sumOf(values: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at]!;
  return sum;
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
