// Writes the columns of a segment from field values, passage by passage.

import { assert } from "../../core/assert.js";
import type { Fields, FieldValue } from "../../core/document.js";
import { columnEntry, columnKinds, columnsHeaderBytes, entryNumbers } from "./columns-format.js";
import { openColumns, valueAt } from "./columns-reader.js";

export interface ColumnsWriter {
  /** Ordinals of one column rise from call to call. */
  add(ordinal: number, name: string, value: FieldValue): void;
  /** The section's bytes. Equal values give equal bytes, in whatever order columns came. */
  finish(): Uint8Array;
}

/** The columns of passages with these fields. */
export function writeColumns(ordinals: readonly Fields[]): Uint8Array {
  const writer = createColumnsWriter(ordinals.length);
  for (const [ordinal, fields] of ordinals.entries())
    for (const [name, value] of fields) writer.add(ordinal, name, value);
  return writer.finish();
}

export interface ColumnsInput {
  readonly columns: Uint8Array;
  /** Ordinal in the result of each passage; those not below `ordinalCount` are left out. */
  readonly newOrdinals: Uint32Array;
}

/** `inputs` by rising new ordinals; `ordinalCount`: of the result. O(values + words log words). */
export function mergeColumns(inputs: readonly ColumnsInput[], ordinalCount: number): Uint8Array {
  const writer = createColumnsWriter(ordinalCount);
  for (const { columns, newOrdinals } of inputs) {
    const reader = openColumns(columns);
    for (let place = 0; place < reader.columnCount; place += 1) {
      const column = reader.column(place);
      for (let position = 0; position < column.count; position += 1) {
        const ordinal = newOrdinals[column.ordinals?.[position] ?? position]!;
        if (ordinal < ordinalCount) writer.add(ordinal, column.name, valueAt(column, position));
      }
    }
  }
  return writer.finish();
}

export function createColumnsWriter(ordinalCount: number): ColumnsWriter {
  const drafts = new Map<string, Draft>();
  return {
    add(ordinal, name, value) {
      const id = `${value.kind} ${name}`;
      let draft = drafts.get(id);
      if (draft === undefined) drafts.set(id, (draft = createDraft(name, value.kind)));
      assert(ordinal > (draft.ordinals.at(-1) ?? -1), "ordinals of a column rise");
      draft.ordinals.push(ordinal);
      addValue(draft, value);
    },
    finish: () => joinColumns(ordinalCount, [...drafts.values()].sort(compareDrafts)),
  };
}

interface Draft {
  readonly name: Buffer;
  readonly kind: number;
  readonly ordinals: number[];
  readonly numbers: number[];
  readonly integers: bigint[];
  readonly ends: number[];
  /** Number of each word, by its first appearance. */
  readonly words: Map<string, number>;
}

function createDraft(name: string, kind: FieldValue["kind"]): Draft {
  return {
    name: Buffer.from(name, "utf8"),
    kind: columnKinds.indexOf(kind),
    ordinals: [],
    numbers: [],
    integers: [],
    ends: [],
    words: new Map<string, number>(),
  };
}

function compareDrafts(a: Draft, b: Draft): number {
  return Buffer.compare(a.name, b.name) || a.kind - b.kind;
}

function addValue(draft: Draft, value: FieldValue): void {
  switch (value.kind) {
    case "keyword":
      draft.numbers.push(wordNumber(draft, value.value));
      return;
    case "keywords":
      for (const word of value.value) draft.numbers.push(wordNumber(draft, word));
      draft.ends.push(draft.numbers.length);
      return;
    case "integer":
      draft.integers.push(value.value);
      return;
    case "integers":
      for (const integer of value.value) draft.integers.push(integer);
      draft.ends.push(draft.integers.length);
      return;
    case "floats":
    case "times":
      for (const number of value.value) draft.numbers.push(number);
      draft.ends.push(draft.numbers.length);
      return;
    case "float":
    case "time":
      draft.numbers.push(value.value);
      return;
    case "boolean":
      draft.numbers.push(value.value ? 1 : 0);
      return;
  }
}

function wordNumber({ words }: Draft, word: string): number {
  let number = words.get(word);
  if (number === undefined) words.set(word, (number = words.size));
  return number;
}

interface Block {
  readonly start: number;
  readonly bytes: Uint8Array;
}

function joinColumns(ordinalCount: number, drafts: readonly Draft[]): Uint8Array {
  const directory = new Uint32Array(2 + entryNumbers * drafts.length);
  directory.set([drafts.length, ordinalCount]);
  const blocks: Block[] = [];
  let end = columnsHeaderBytes + 4 * entryNumbers * drafts.length;
  const append = (bytes: Uint8Array): number => {
    const start = end;
    blocks.push({ start, bytes });
    end += bytes.length;
    return start;
  };
  const appendAligned = (bytes: Uint8Array): number => {
    end = (end + 7) & ~7;
    return append(bytes);
  };
  const nameStarts = drafts.map(({ name }) => append(name));
  for (const [i, draft] of drafts.entries()) {
    const set = (place: keyof typeof columnEntry, value: number): void => {
      directory[2 + entryNumbers * i + columnEntry[place]] = value;
    };
    set("kind", draft.kind);
    set("nameStart", nameStarts[i]!);
    set("nameBytes", draft.name.length);
    set("count", draft.ordinals.length);
    if (draft.ordinals.length < ordinalCount)
      set("ordinalsStart", appendAligned(u32(draft.ordinals)));
    if (draft.ends.length > 0) set("endsStart", appendAligned(u32(draft.ends)));
    const kind = columnKinds[draft.kind];
    const isWords = kind === "keyword" || kind === "keywords";
    const words = isWords ? sortWords(draft) : undefined;
    set("valuesStart", appendAligned(valueBytes(draft, words?.numbers)));
    const isInteger = kind === "integer" || kind === "integers";
    set("valueCount", isInteger ? draft.integers.length : draft.numbers.length);
    if (words === undefined) continue;
    set("wordsStart", appendAligned(words.bytes));
    set("wordCount", draft.words.size);
  }
  const bytes = new Uint8Array((end + 7) & ~7);
  bytes.set(new Uint8Array(directory.buffer));
  for (const block of blocks) bytes.set(block.bytes, block.start);
  return bytes;
}

function valueBytes(draft: Draft, wordNumbers: Uint32Array | undefined): Uint8Array {
  switch (columnKinds[draft.kind]) {
    case "keyword":
    case "keywords":
      return u32(draft.numbers.map((number) => wordNumbers![number]!));
    case "integer":
    case "integers":
      return new Uint8Array(BigInt64Array.from(draft.integers).buffer);
    case "boolean": {
      const bits = new Uint8Array((draft.numbers.length + 7) >>> 3);
      for (const [i, bit] of draft.numbers.entries()) bits[i >>> 3]! |= bit << (i & 7);
      return bits;
    }
    case "float":
    case "floats":
    case "time":
    case "times":
    case undefined:
    default:
      return new Uint8Array(Float64Array.from(draft.numbers).buffer);
  }
}

/** The words' block, and the place of each in it by its first number. */
function sortWords({ words }: Draft): { bytes: Uint8Array; numbers: Uint32Array } {
  const sorted = [...words.keys()]
    .map((word, number) => ({ number, utf8: Buffer.from(word, "utf8") }))
    .sort((a, b) => Buffer.compare(a.utf8, b.utf8));
  const ends = new Uint32Array(sorted.length);
  const numbers = new Uint32Array(sorted.length);
  let end = 0;
  for (const [place, { number, utf8 }] of sorted.entries()) {
    numbers[number] = place;
    ends[place] = end += utf8.length;
  }
  const bytes = Buffer.concat([new Uint8Array(ends.buffer), ...sorted.map(({ utf8 }) => utf8)]);
  return { bytes, numbers };
}

function u32(values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}
