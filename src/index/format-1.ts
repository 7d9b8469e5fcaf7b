// Reads segments as format 1 stored them: without positions, blocks and a hash table of terms.

import { toSequence } from "../core/ids.js";
import type { Sequence } from "../core/ids.js";
import { SluiceError } from "../core/errors.js";
import type { Span } from "../core/document.js";

/** A passage as a segment of format 1 holds it. Codes and sketch are views. */
export interface Format1Passage {
  readonly sequence: Sequence;
  readonly key: string;
  readonly passageNumber: number;
  readonly span: Span;
  readonly tokenCount: number;
  readonly codes: Uint8Array;
  readonly sketch: Uint8Array;
  /** In UTF-8 byte order. */
  readonly terms: readonly string[];
  readonly counts: readonly number[];
  /** Terms, repeats included. */
  readonly length: number;
}

const sectionNames = [
  ...["sequences", "tokenOffsets", "passages", "keyEnds", "keys", "sketches"],
  ...["terms", "postings", "lengths"],
] as const;
type SectionName = (typeof sectionNames)[number];

/** Every passage, deleted ones included. Throws DATA_CORRUPT when sections do not fit. O(bytes). */
export function readFormat1Segment(tables: SharedArrayBuffer, codes: Uint8Array): Format1Passage[] {
  const ordinalCount = new Uint32Array(tables, 0, 2)[1]!;
  const section = (name: SectionName): Uint8Array => sectionOf(tables, name);
  const numbers = (name: SectionName): Uint32Array => numbersOf(section(name));
  const sequenceBytes = section("sequences");
  const sequences = new Float64Array(tables, sequenceBytes.byteOffset, ordinalCount);
  const tokenOffsets = numbers("tokenOffsets");
  const places = numbers("passages");
  const keyEnds = numbers("keyEnds");
  const keys = Buffer.from(section("keys"));
  const sketches = section("sketches");
  const tokenBytes =
    ordinalCount === 0 ? 0 : codes.length / Math.max(1, tokenOffsets[ordinalCount]!);
  const sketchBytes = ordinalCount === 0 ? 0 : sketches.length / ordinalCount;
  const terms = termsByOrdinal(section("terms"), section("postings"), ordinalCount);
  const lengths = numbersOf(section("lengths")).subarray(4, 4 + ordinalCount);
  return Array.from({ length: ordinalCount }, (_, ordinal) => ({
    sequence: toSequence(sequences[ordinal]!),
    key: keys.toString("utf8", ordinal === 0 ? 0 : keyEnds[ordinal - 1]!, keyEnds[ordinal]),
    passageNumber: places[3 * ordinal]!,
    span: { start: places[3 * ordinal + 1]!, end: places[3 * ordinal + 2]! },
    tokenCount: tokenOffsets[ordinal + 1]! - tokenOffsets[ordinal]!,
    codes: codes.subarray(
      tokenOffsets[ordinal]! * tokenBytes,
      tokenOffsets[ordinal + 1]! * tokenBytes,
    ),
    sketch: sketches.subarray(ordinal * sketchBytes, (ordinal + 1) * sketchBytes),
    ...terms[ordinal]!,
    length: lengths[ordinal]!,
  }));
}

/** The dictionary's terms given back to the passages that have them. */
function termsByOrdinal(
  dictionary: Uint8Array,
  postings: Uint8Array,
  ordinalCount: number,
): { terms: string[]; counts: number[] }[] {
  const header = numbersOf(dictionary);
  const [, termCount = 0] = header;
  const numbersBytes = (count: number): number => 8 * Math.ceil((4 * count) / 8);
  const column = numbersBytes(termCount + 1) / 4;
  const ends = header.subarray(4, 5 + termCount);
  const starts = header.subarray(4 + column, 5 + column + termCount);
  const text = Buffer.from(dictionary.subarray(16 + 8 * column));
  const list = numbersOf(postings);
  const ordinalsAt = 4;
  const countsAt = 4 + numbersBytes(list[1]!) / 4;
  const byOrdinal = Array.from({ length: ordinalCount }, () => ({
    terms: [] as string[],
    counts: [] as number[],
  }));
  for (let place = 0; place < termCount; place += 1) {
    const term = text.toString("utf8", ends[place], ends[place + 1]);
    for (let i = starts[place]!; i < starts[place + 1]!; i += 1) {
      const ordinal = byOrdinal[list[ordinalsAt + i]!];
      if (ordinal === undefined) throw corrupt("a posting is out of range");
      ordinal.terms.push(term);
      ordinal.counts.push(list[countsAt + i]!);
    }
  }
  return byOrdinal;
}

function sectionOf(tables: SharedArrayBuffer, name: SectionName): Uint8Array {
  const header = new Uint32Array(tables, 0, 2 + 2 * sectionNames.length);
  const place = 2 + 2 * sectionNames.indexOf(name);
  const [offset = 0, length = 0] = header.subarray(place, place + 2);
  if (header[0] !== sectionNames.length || offset + length > tables.byteLength)
    throw corrupt(`section ${name} does not fit`);
  return new Uint8Array(tables, offset, length);
}

function numbersOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
}

function corrupt(fault: string): SluiceError {
  return new SluiceError("DATA_CORRUPT", `segment tables of format 1: ${fault}`);
}
