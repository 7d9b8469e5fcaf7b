// Builds a segment's postings from terms in byte order, for new segments and for merges.

import { assert } from "../../core/assert.js";
import {
  aligned,
  hashTerm,
  headerBytes,
  numbersAt,
  numbersBytes,
  postingsVersion,
  termsHeaderBytes,
  windowOrdinals,
} from "./postings-format.js";
import type { PostingsSections } from "./postings-format.js";

/** Takes terms in rising byte order, each with at least one posting. */
export class PostingsBuilder {
  readonly #lengths: Uint32Array;
  readonly #terms: Uint8Array[] = [];
  readonly #starts: number[] = [];
  readonly #blockStarts: number[] = [];
  readonly #positionStarts: number[] = [];
  readonly #ordinals: Uint32Array;
  readonly #counts: Uint32Array;
  readonly #positions: Uint8Array;
  readonly #windows: number[] = [];
  readonly #firsts: number[] = [];
  readonly #maxCounts: number[] = [];
  readonly #minLengths: number[] = [];
  #postingCount = 0;
  #positionEnd = 0;
  #termStart = 0;
  /** Window of the term's last posting; -1: it has none yet. */
  #lastWindow = -1;

  /**
   * `lengths` of all passages; `postingsMax` and `positionBytesMax` are upper bounds for the
   * buffers.
   */
  constructor(
    lengths: Uint32Array,
    { postingsMax, positionBytesMax }: { postingsMax: number; positionBytesMax: number },
  ) {
    this.#lengths = lengths;
    this.#ordinals = new Uint32Array(postingsMax);
    this.#counts = new Uint32Array(postingsMax);
    this.#positions = new Uint8Array(positionBytesMax);
  }

  /** Starts a term, to which the postings that follow belong. */
  startTerm(utf8: Uint8Array): void {
    this.#terms.push(utf8);
    this.#starts.push(this.#postingCount);
    this.#blockStarts.push(this.#windows.length);
    this.#positionStarts.push(this.#positionEnd);
    this.#termStart = this.#postingCount;
    this.#lastWindow = -1;
  }

  /** Ordinals rise within a term. */
  addPosting(ordinal: number, count: number): void {
    this.#ordinals[this.#postingCount] = ordinal;
    this.#counts[this.#postingCount] = count;
    const window = Math.floor(ordinal / windowOrdinals);
    const length = this.#lengths[ordinal]!;
    if (window === this.#lastWindow) {
      const last = this.#windows.length - 1;
      if (count > this.#maxCounts[last]!) this.#maxCounts[last] = count;
      if (length < this.#minLengths[last]!) this.#minLengths[last] = length;
    } else {
      this.#windows.push(window);
      this.#firsts.push(this.#postingCount - this.#termStart);
      this.#maxCounts.push(count);
      this.#minLengths.push(length);
      this.#lastWindow = window;
    }
    this.#postingCount += 1;
  }

  /** Adds the last posting's positions, as many as its count, in stored form: [from, to). */
  addPositions(encoded: Uint8Array, from: number, to: number): void {
    const positions = this.#positions;
    let end = this.#positionEnd;
    // Mostly a byte or two, for which a view would cost more than the copy.
    for (let at = from; at < to; at += 1) positions[end++] = encoded[at]!;
    this.#positionEnd = end;
  }

  /** Adds the last posting's positions, as many as its count, as numbers: [from, to). */
  encodePositions(numbers: Uint32Array, from: number, to: number): void {
    const positions = this.#positions;
    let end = this.#positionEnd;
    let before = 0;
    for (let i = from; i < to; i += 1) {
      let rest = numbers[i]! - before;
      before = numbers[i]!;
      for (; rest >= 0x80; rest >>>= 7) positions[end++] = (rest & 0x7f) | 0x80;
      positions[end++] = rest;
    }
    this.#positionEnd = end;
  }

  finish(): PostingsSections {
    this.#starts.push(this.#postingCount);
    this.#blockStarts.push(this.#windows.length);
    this.#positionStarts.push(this.#positionEnd);
    return {
      terms: termsSection(this.#terms, {
        starts: this.#starts,
        blockStarts: this.#blockStarts,
        positionStarts: this.#positionStarts,
      }),
      postings: columnsSection([
        this.#ordinals.subarray(0, this.#postingCount),
        this.#counts.subarray(0, this.#postingCount),
      ]),
      blocks: columnsSection([
        Uint32Array.from(this.#windows),
        Uint32Array.from(this.#firsts),
        Uint32Array.from(this.#maxCounts),
        Uint32Array.from(this.#minLengths),
      ]),
      positions: bytesSection(this.#positions.subarray(0, this.#positionEnd)),
      lengths: lengthsSection(this.#lengths),
    };
  }
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
