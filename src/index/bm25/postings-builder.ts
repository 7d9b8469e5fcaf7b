// Builds a segment's postings from terms that come in byte order: for new segments and for merges.

import { assert } from "../../core/assert.js";
import {
  aligned,
  hashTerm,
  headerBytes,
  numbersAt,
  numbersBytes,
  postingsVersion,
  termsHeaderBytes,
  windowRows,
} from "./postings-format.js";
import type { PostingsSections } from "./postings-format.js";

export interface PostingsBuilder {
  /** Postings that follow are this term's; terms rise as bytes and have at least one posting. */
  startTerm(utf8: Uint8Array): void;
  /** Rows rise within a term. */
  addPosting(row: number, count: number): void;
  /** Positions of the posting before, as many as its count, as stored: [from, to) of `encoded`. */
  addPositions(encoded: Uint8Array, from: number, to: number): void;
  /** The same of numbers: [from, to) of `positions`. */
  encodePositions(positions: Uint32Array, from: number, to: number): void;
  finish(): PostingsSections;
}

/** `lengths` of all rows; `postingsMax` and `positionBytesMax`: room that surely suffices. */
export function createPostingsBuilder(
  lengths: Uint32Array,
  { postingsMax, positionBytesMax }: { postingsMax: number; positionBytesMax: number },
): PostingsBuilder {
  const terms: Uint8Array[] = [];
  const starts: number[] = [];
  const blockStarts: number[] = [];
  const positionStarts: number[] = [];
  const rows = new Uint32Array(postingsMax);
  const counts = new Uint32Array(postingsMax);
  const positions = new Uint8Array(positionBytesMax);
  const windows: number[] = [];
  const firsts: number[] = [];
  const maxCounts: number[] = [];
  const minLengths: number[] = [];
  let postingCount = 0;
  let positionEnd = 0;
  let termStart = 0;
  /** Of the term's postings so far; -1: there is none yet. */
  let lastWindow = -1;
  return {
    startTerm(utf8) {
      terms.push(utf8);
      starts.push(postingCount);
      blockStarts.push(windows.length);
      positionStarts.push(positionEnd);
      termStart = postingCount;
      lastWindow = -1;
    },
    addPosting(row, count) {
      rows[postingCount] = row;
      counts[postingCount] = count;
      const window = Math.floor(row / windowRows);
      const length = lengths[row]!;
      const last = windows.length - 1;
      if (window === lastWindow) {
        if (count > maxCounts[last]!) maxCounts[last] = count;
        if (length < minLengths[last]!) minLengths[last] = length;
      } else {
        windows.push(window);
        firsts.push(postingCount - termStart);
        maxCounts.push(count);
        minLengths.push(length);
        lastWindow = window;
      }
      postingCount += 1;
    },
    addPositions(encoded, from, to) {
      // Mostly a byte or two: a view of them would cost more than to copy them.
      for (let at = from; at < to; at += 1) positions[positionEnd++] = encoded[at]!;
    },
    encodePositions(numbers, from, to) {
      let before = 0;
      for (let i = from; i < to; i += 1) {
        let rest = numbers[i]! - before;
        before = numbers[i]!;
        for (; rest >= 0x80; rest >>>= 7) positions[positionEnd++] = (rest & 0x7f) | 0x80;
        positions[positionEnd++] = rest;
      }
    },
    finish() {
      const ends = [starts, blockStarts, positionStarts];
      for (const [i, end] of [postingCount, windows.length, positionEnd].entries())
        ends[i]!.push(end);
      return {
        terms: termsSection(terms, { starts, blockStarts, positionStarts }),
        postings: columnsSection([
          rows.subarray(0, postingCount),
          counts.subarray(0, postingCount),
        ]),
        blocks: columnsSection([
          Uint32Array.from(windows),
          Uint32Array.from(firsts),
          Uint32Array.from(maxCounts),
          Uint32Array.from(minLengths),
        ]),
        positions: bytesSection(positions.subarray(0, positionEnd)),
        lengths: lengthsSection(lengths),
      };
    },
  };
}

interface TermColumns {
  readonly starts: readonly number[];
  readonly blockStarts: readonly number[];
  readonly positionStarts: readonly number[];
}

function termsSection(terms: readonly Uint8Array[], columns: TermColumns): Uint8Array {
  let textBytes = 0;
  for (const term of terms) textBytes += term.length;
  const numbers = numbersBytes(terms.length + 1);
  const hashSize = hashSizeFor(terms.length);
  const hashAt = termsHeaderBytes + 4 * numbers;
  const textAt = hashAt + numbersBytes(hashSize);
  const section = new Uint8Array(textAt + aligned(textBytes));
  const sizes = [columns.starts, columns.blockStarts, columns.positionStarts].map(
    (column) => column.at(-1) ?? 0,
  );
  const [postingCount, blockCount, positionBytes] = sizes;
  numbersAt(section, 0, 7).set([
    ...[postingsVersion, terms.length, textBytes],
    ...[postingCount!, blockCount!, hashSize, positionBytes!],
  ]);
  const column = (i: number): Uint32Array =>
    numbersAt(section, termsHeaderBytes + i * numbers, terms.length + 1);
  column(1).set(columns.starts);
  column(2).set(columns.blockStarts);
  column(3).set(columns.positionStarts);
  const ends = column(0);
  const table = numbersAt(section, hashAt, hashSize);
  let end = 0;
  for (const [i, term] of terms.entries()) {
    section.set(term, textAt + end);
    end += term.length;
    ends[i + 1] = end;
    let slot = hashTerm(term) & (hashSize - 1);
    while (table[slot] !== 0) slot = (slot + 1) & (hashSize - 1);
    table[slot] = i + 1;
  }
  return section;
}

function hashSizeFor(termCount: number): number {
  let size = 2;
  while (size < 2 * termCount) size *= 2;
  return size;
}

/** Columns of equal length behind a header with their length. */
function columnsSection(columns: readonly Uint32Array[]): Uint8Array {
  const count = columns[0]?.length ?? 0;
  const numbers = numbersBytes(count);
  const section = new Uint8Array(headerBytes + columns.length * numbers);
  numbersAt(section, 0, 2).set([postingsVersion, count]);
  for (const [i, values] of columns.entries()) {
    assert(values.length === count, "columns have the same length");
    numbersAt(section, headerBytes + i * numbers, count).set(values);
  }
  return section;
}

function bytesSection(bytes: Uint8Array): Uint8Array {
  const section = new Uint8Array(headerBytes + aligned(bytes.length));
  numbersAt(section, 0, 2).set([postingsVersion, bytes.length]);
  section.set(bytes, headerBytes);
  return section;
}

function lengthsSection(lengths: Uint32Array): Uint8Array {
  let total = 0;
  for (const length of lengths) total += length;
  const section = new Uint8Array(headerBytes + numbersBytes(lengths.length));
  const header = [postingsVersion, lengths.length, total >>> 0, Math.floor(total / 2 ** 32)];
  numbersAt(section, 0, 4).set(header);
  numbersAt(section, headerBytes, lengths.length).set(lengths);
  return section;
}
