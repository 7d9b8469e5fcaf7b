// Reads the columns of a segment where they lie. Their bytes were checked when the segment was
// opened.

import { present } from "../../core/assert.js";
import type { FieldValue } from "../../core/document.js";
import { SluiceError } from "../../core/errors.js";
import { isBitSet } from "../bm25/bits.js";
import {
  columnEntry,
  columnKinds,
  columnsHeaderBytes,
  entryNumbers,
  listKinds,
} from "./columns-format.js";

export interface ColumnsReader {
  readonly ordinalCount: number;
  readonly columnCount: number;
  column(place: number): Column;
  /** Places of the columns of that name, one for each kind: [first, end). O(log columns). */
  find(name: string): { readonly first: number; readonly end: number };
}

/** One field of one kind; P values, at positions from 0. */
export interface Column {
  readonly name: string;
  readonly kind: FieldValue["kind"];
  readonly count: number;
  /**
   * Passages that have the field. Absent when every passage has it; positions are then ordinals.
   */
  readonly ordinals: Uint32Array | undefined;
  /** Of lists: end of each position's values. */
  readonly ends: Uint32Array;
  /** Of keywords and keyword lists. */
  readonly wordNumbers: Uint32Array;
  /** Of integers and lists of them. */
  readonly integers: BigInt64Array;
  /** Of floats and times, and of lists of them. */
  readonly numbers: Float64Array;
  /** Of booleans. */
  readonly bits: Uint8Array;
  word(number: number): string;
  /** The words' bytes, one word after another, and where each ends. */
  readonly wordBytes: Uint8Array;
  readonly wordEnds: Uint32Array;
  /** Number of a word, or -1. O(log words). */
  wordNumber(utf8: Uint8Array): number;
  /** Numbers [first, end) of the words that begin with `utf8`. O(log words). */
  wordRange(utf8: Uint8Array): { readonly first: number; readonly end: number };
}

/** Throws DATA_CORRUPT when the directory does not fit the bytes. O(1). */
export function openColumns(section: Uint8Array): ColumnsReader {
  const header = new Uint32Array(section.buffer, section.byteOffset, section.length >>> 2);
  const [columnCount = 0, ordinalCount = 0] = header;
  if (section.length < columnsHeaderBytes + 4 * entryNumbers * columnCount)
    throw new SluiceError("DATA_CORRUPT", "segment columns are shorter than their directory");
  const bytes = Buffer.from(section.buffer, section.byteOffset, section.length);
  const entry = (place: number, item: keyof typeof columnEntry): number =>
    header[2 + entryNumbers * place + columnEntry[item]]!;
  const compareName = (place: number, name: Buffer): number => {
    const start = entry(place, "nameStart");
    return bytes.compare(name, 0, name.length, start, start + entry(place, "nameBytes"));
  };
  return {
    ordinalCount,
    columnCount,
    column: (place) => openColumn(bytes, (item) => entry(place, item)),
    find(name) {
      const utf8 = Buffer.from(name, "utf8");
      const first = firstWhere(columnCount, (place) => compareName(place, utf8) >= 0);
      let end = first;
      while (end < columnCount && compareName(end, utf8) === 0) end += 1;
      return { first, end };
    },
  };
}

/** Throws DATA_CORRUPT as `openColumns`. */
export function columnNames(section: Uint8Array): ReadonlySet<string> {
  const reader = openColumns(section);
  return new Set(
    Array.from({ length: reader.columnCount }, (_, place) => reader.column(place).name),
  );
}

/** The value at a position of a column. */
export function valueAt(column: Column, position: number): FieldValue {
  const { kind } = column;
  switch (kind) {
    case "keyword":
      return { kind, value: column.word(column.wordNumbers[position]!) };
    case "keywords": {
      const numbers = column.wordNumbers.subarray(...listAt(column, position));
      return { kind, value: Array.from(numbers, (number) => column.word(number)) };
    }
    case "integers":
      return { kind, value: [...column.integers.subarray(...listAt(column, position))] };
    case "floats":
    case "times":
      return { kind, value: [...column.numbers.subarray(...listAt(column, position))] };
    case "integer":
      return { kind, value: column.integers[position]! };
    case "float":
    case "time":
      return { kind, value: column.numbers[position]! };
    case "boolean":
      return { kind, value: isBitSet(column.bits, position) };
  }
}

function listAt({ ends }: Column, position: number): [start: number, end: number] {
  return [position === 0 ? 0 : ends[position - 1]!, ends[position]!];
}

/** Position of an ordinal in a column, or -1. O(log P). */
export function positionOf({ ordinals }: Column, ordinal: number): number {
  if (ordinals === undefined) return ordinal;
  const position = firstWhere(ordinals.length, (place) => ordinals[place]! >= ordinal);
  return ordinals[position] === ordinal ? position : -1;
}

function openColumn(bytes: Buffer, entry: (item: keyof typeof columnEntry) => number): Column {
  const kind = present(columnKinds[entry("kind")], "columns are of known kinds");
  const count = entry("count");
  const valueCount = entry("valueCount");
  const at = (item: keyof typeof columnEntry): number => bytes.byteOffset + entry(item);
  const isOf = (...kinds: FieldValue["kind"][]): boolean => kinds.includes(kind);
  const isWords = isOf("keyword", "keywords");
  const { buffer } = bytes;
  const wordEnds = new Uint32Array(buffer, at("wordsStart"), isWords ? entry("wordCount") : 0);
  const wordsAt = entry("wordsStart") + 4 * wordEnds.length;
  const startOf = (number: number): number => wordsAt + (number === 0 ? 0 : wordEnds[number - 1]!);
  const nameStart = entry("nameStart");
  return {
    name: bytes.toString("utf8", nameStart, nameStart + entry("nameBytes")),
    kind,
    count,
    ordinals:
      entry("ordinalsStart") === 0
        ? undefined
        : new Uint32Array(buffer, at("ordinalsStart"), count),
    ends: new Uint32Array(buffer, at("endsStart"), listKinds.has(kind) ? count : 0),
    wordNumbers: new Uint32Array(buffer, at("valuesStart"), isWords ? valueCount : 0),
    integers: new BigInt64Array(
      buffer,
      at("valuesStart"),
      isOf("integer", "integers") ? valueCount : 0,
    ),
    numbers: new Float64Array(
      buffer,
      at("valuesStart"),
      isOf("float", "floats", "time", "times") ? valueCount : 0,
    ),
    bits: new Uint8Array(buffer, at("valuesStart"), kind === "boolean" ? (count + 7) >>> 3 : 0),
    wordBytes: bytes.subarray(wordsAt, wordsAt + (wordEnds.at(-1) ?? 0)),
    wordEnds,
    word: (number) => bytes.toString("utf8", startOf(number), wordsAt + wordEnds[number]!),
    wordNumber(utf8) {
      const compare = (number: number): number =>
        bytes.compare(utf8, 0, utf8.length, startOf(number), wordsAt + wordEnds[number]!);
      const place = firstWhere(wordEnds.length, (number) => compare(number) >= 0);
      return place < wordEnds.length && compare(place) === 0 ? place : -1;
    },
    wordRange(utf8) {
      const compare = (number: number): number => {
        const start = startOf(number);
        const end = Math.min(wordsAt + wordEnds[number]!, start + utf8.length);
        return bytes.compare(utf8, 0, utf8.length, start, end);
      };
      const first = firstWhere(wordEnds.length, (number) => compare(number) >= 0);
      return { first, end: firstWhere(wordEnds.length, (number) => compare(number) > 0) };
    },
  };
}

/** The first of `count` places for which `isAt` is true, which it stays from there on. */
function firstWhere(count: number, isAt: (place: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isAt(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Looks up the value of a field in a passage. Throws DATA_CORRUPT as `openColumns`. A lookup is
 * O(log passages) and remembers the columns it read.
 */
export function createFieldLookup(
  section: Uint8Array,
): (ordinal: number, name: string) => FieldValue | undefined {
  const reader = openColumns(section);
  const known = new Map<string, readonly Column[]>();
  const columnsOf = (name: string): readonly Column[] => {
    let columns = known.get(name);
    if (columns !== undefined) return columns;
    const { first, end } = reader.find(name);
    columns = Array.from({ length: end - first }, (_, i) => reader.column(first + i));
    // Names come from requests: only those that exist are remembered, so that they are bounded.
    if (columns.length > 0) known.set(name, columns);
    return columns;
  };
  return (ordinal, name) => {
    for (const column of columnsOf(name)) {
      const position = positionOf(column, ordinal);
      if (position >= 0) return valueAt(column, position);
    }
    return undefined;
  };
}
