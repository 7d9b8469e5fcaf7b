// Reads a segment's postings in place: typed arrays over the stored bytes, shared between threads.

import { SluiceError } from "../../core/errors.js";
import { headerBytes, numbersAt, numbersBytes, postingsVersion } from "./postings-format.js";
import type { PostingsSections } from "./postings-format.js";

/** The passages that have one term: `rows` ascending, `counts` beside them. Views, not copies. */
export interface TermPostings {
  readonly documentFrequency: number;
  readonly rows: Uint32Array;
  readonly counts: Uint32Array;
}

export interface PostingsReader {
  readonly rowCount: number;
  readonly termCount: number;
  readonly postingCount: number;
  /** Terms of each passage, repeats included; one number a row. */
  readonly lengths: Uint32Array;
  /** Sum of all lengths. */
  readonly lengthTotal: number;
  /** Bytes of the term at `place` in byte order. */
  term(place: number): Uint8Array;
  /** Postings of the term at `place`. */
  postings(place: number): TermPostings;
  /** Postings of a term given as UTF-8; undefined: no passage has it. O(log T) comparisons. */
  find(termUtf8: Uint8Array): TermPostings | undefined;
}

/**
 * Opens the three sections, which must stay unchanged while the reader is used.
 * Throws DATA_CORRUPT when their headers and lengths disagree; checks no more than that, in O(1)
 * (`checkPostings` looks at everything). Sections start at multiples of 4 bytes in their buffers.
 */
export function openPostings(sections: PostingsSections): PostingsReader {
  const [termCount, textBytes, postingCount] = openHeader(sections.terms, "terms");
  const numbers = numbersBytes(termCount + 1);
  const textAt = headerBytes + 2 * numbers;
  checkSize(sections.terms, "terms", textAt + textBytes);
  const ends = numbersAt(sections.terms, headerBytes, termCount + 1);
  const starts = numbersAt(sections.terms, headerBytes + numbers, termCount + 1);
  const text = sections.terms.subarray(textAt, textAt + textBytes);
  const [storedCount] = openHeader(sections.postings, "postings");
  if (storedCount !== postingCount || starts[termCount] !== postingCount) {
    throw corrupt(`terms list ${postingCount} postings, but ${storedCount} are stored`);
  }
  const postingsBytes = numbersBytes(postingCount);
  checkSize(sections.postings, "postings", headerBytes + 2 * postingsBytes);
  const rows = numbersAt(sections.postings, headerBytes, postingCount);
  const counts = numbersAt(sections.postings, headerBytes + postingsBytes, postingCount);
  const [rowCount, totalLow, totalHigh] = openHeader(sections.lengths, "lengths");
  checkSize(sections.lengths, "lengths", headerBytes + numbersBytes(rowCount));

  const postings = (place: number): TermPostings => {
    const start = starts[place]!;
    const end = starts[place + 1]!;
    return {
      documentFrequency: end - start,
      rows: rows.subarray(start, end),
      counts: counts.subarray(start, end),
    };
  };
  return {
    rowCount,
    termCount,
    postingCount,
    lengths: numbersAt(sections.lengths, headerBytes, rowCount),
    lengthTotal: totalLow + totalHigh * 2 ** 32,
    term: (place) => text.subarray(ends[place], ends[place + 1]),
    postings,
    find: (termUtf8) => {
      const place = findPlace(termUtf8, text, ends);
      return place < 0 ? undefined : postings(place);
    },
  };
}

/** Looks at every number: order, ranges, sums. Throws DATA_CORRUPT at the first fault. O(size). */
export function checkPostings(reader: PostingsReader): void {
  let total = 0;
  for (const length of reader.lengths) total += length;
  if (total !== reader.lengthTotal) throw corrupt("lengths do not add up to their stored sum");
  const sums = new Float64Array(reader.rowCount);
  let posted = 0;
  for (let place = 0; place < reader.termCount; place += 1) {
    if (place > 0 && Buffer.compare(reader.term(place - 1), reader.term(place)) >= 0) {
      throw corrupt(`term ${place} is out of order`);
    }
    const { rows, counts, documentFrequency } = reader.postings(place);
    if (documentFrequency < 1 || rows.length !== documentFrequency) {
      throw corrupt(`term ${place} has no postings`);
    }
    posted += documentFrequency;
    for (let i = 0; i < documentFrequency; i += 1) {
      const row = rows[i]!;
      const isAscending = i === 0 || row > rows[i - 1]!;
      if (!isAscending || row >= reader.rowCount || counts[i]! < 1) {
        throw corrupt(`posting ${i} of term ${place} is out of order or out of range`);
      }
      sums[row]! += counts[i]!;
    }
  }
  if (posted !== reader.postingCount) throw corrupt("terms do not cover all postings");
  for (let row = 0; row < reader.rowCount; row += 1) {
    if (sums[row] !== reader.lengths[row])
      throw corrupt(`length of row ${row} differs from its terms`);
  }
}

/** Place of the term, or -1. Compares bytes in place, since a find must not allocate per probe. */
function findPlace(term: Uint8Array, text: Uint8Array, ends: Uint32Array): number {
  let low = 0;
  let high = ends.length - 2;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const start = ends[middle]!;
    const length = ends[middle + 1]! - start;
    const shared = Math.min(length, term.length);
    let i = 0;
    while (i < shared && text[start + i] === term[i]) i += 1;
    const order = i < shared ? text[start + i]! - term[i]! : length - term.length;
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function openHeader(section: Uint8Array, name: string): [number, number, number] {
  checkSize(section, name, headerBytes);
  if (section.byteOffset % 4 !== 0) throw corrupt(`the ${name} section is not aligned`);
  const [version, first, second, third] = numbersAt(section, 0, 4);
  if (version !== postingsVersion) {
    throw corrupt(`the ${name} section has version ${version ?? 0}, expected ${postingsVersion}`);
  }
  return [first!, second!, third!];
}

function checkSize(section: Uint8Array, name: string, byteCount: number): void {
  if (section.byteLength < byteCount) {
    throw corrupt(`the ${name} section has ${section.byteLength} bytes, expected ${byteCount}`);
  }
}

function corrupt(fault: string): SluiceError {
  return new SluiceError("DATA_CORRUPT", `postings: ${fault}`);
}
