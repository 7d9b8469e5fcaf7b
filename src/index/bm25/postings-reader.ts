// Reads a segment's postings in place: typed arrays over the stored bytes, shared between threads.

import { SluiceError } from "../../core/errors.js";
import { once } from "../../core/memoize.js";
import { groupByLetters, placesNear } from "./near-terms.js";
import type { LetterGroups, NearWord } from "./near-terms.js";
import {
  hashTerm,
  headerBytes,
  numbersAt,
  numbersBytes,
  postingsVersion,
  termsHeaderBytes,
} from "./postings-format.js";
import type { PostingsSections } from "./postings-format.js";

/**
 * The passages that have one term: `ordinals` ascending, `counts` beside them. Views, not copies.
 */
export interface TermPostings {
  readonly documentFrequency: number;
  readonly ordinals: Uint32Array;
  readonly counts: Uint32Array;
  readonly blocks: TermBlocks;
}

/** The postings of one term cut at windows of ordinals; one entry a window that has any. */
export interface TermBlocks {
  readonly windows: Uint32Array;
  /** First posting of each block among the term's. */
  readonly firsts: Uint32Array;
  /** No posting of the block counts more, */
  readonly maxCounts: Uint32Array;
  /** and none of its passages is shorter. */
  readonly minLengths: Uint32Array;
}

/** [start, end) in byte order. */
export interface TermPlaces {
  readonly start: number;
  readonly end: number;
}

/** Views of the five sections, which must stay unchanged while the reader is used. */
export class PostingsReader {
  readonly ordinalCount: number;
  readonly termCount: number;
  readonly postingCount: number;
  readonly positionBytes: number;
  /** Terms of each passage, repeats included; one number a passage. */
  readonly lengths: Uint32Array;
  /** Sum of all lengths. */
  readonly lengthTotal: number;
  /** Positions of all postings, as stored; see postings-format.ts. */
  readonly positions: Uint8Array;
  readonly #dictionary: Dictionary;
  readonly #ordinals: Uint32Array;
  readonly #counts: Uint32Array;
  /** Of all terms. */
  readonly #blocks: TermBlocks;
  /** By the first place of a mark's terms; made at the first misspelled word. */
  readonly #letterGroups = new Map<number, LetterGroups>();

  /**
   * Throws DATA_CORRUPT when headers and lengths of the sections disagree; checks no more than
   * that, in O(1) (`checkPostings` checks everything). Sections start at multiples of 4 bytes in
   * their buffers.
   */
  constructor(sections: PostingsSections) {
    const dictionary = openDictionary(sections.terms);
    const { termCount, postingCount, blockCount, positionBytes } = dictionary;
    const [ordinals, counts] = openColumns(sections.postings, "postings", postingCount, 2);
    const blocks = openColumns(sections.blocks, "blocks", blockCount, 4);
    const [windows, firsts, maxCounts, minLengths] = blocks;
    const [storedBytes] = openHeader(sections.positions, "positions", headerBytes);
    checkSize(sections.positions, "positions", headerBytes + storedBytes!);
    if (storedBytes !== positionBytes)
      throw corrupt(
        `terms list ${positionBytes} bytes of positions, but ${storedBytes} are stored`,
      );
    const [ordinalCount, totalLow, totalHigh] = openHeader(
      sections.lengths,
      "lengths",
      headerBytes,
    );
    checkSize(sections.lengths, "lengths", headerBytes + numbersBytes(ordinalCount!));
    this.#dictionary = dictionary;
    this.#ordinals = ordinals!;
    this.#counts = counts!;
    this.#blocks = {
      windows: windows!,
      firsts: firsts!,
      maxCounts: maxCounts!,
      minLengths: minLengths!,
    };
    this.ordinalCount = ordinalCount!;
    this.termCount = termCount;
    this.postingCount = postingCount;
    this.positionBytes = positionBytes;
    this.positions = sections.positions.subarray(headerBytes, headerBytes + positionBytes);
    this.lengths = numbersAt(sections.lengths, headerBytes, ordinalCount!);
    this.lengthTotal = totalLow! + totalHigh! * 2 ** 32;
  }

  /** Bytes of the term at `place` in byte order. */
  term(place: number): Uint8Array {
    const { text, ends } = this.#dictionary;
    return text.subarray(ends[place], ends[place + 1]);
  }

  /** Postings of the term at `place`. */
  postings(place: number): TermPostings {
    const { starts, blockStarts } = this.#dictionary;
    const start = starts[place]!;
    const end = starts[place + 1]!;
    const blockStart = blockStarts[place]!;
    const blockEnd = blockStarts[place + 1]!;
    const { windows, firsts, maxCounts, minLengths } = this.#blocks;
    return {
      documentFrequency: end - start,
      ordinals: this.#ordinals.subarray(start, end),
      counts: this.#counts.subarray(start, end),
      blocks: {
        windows: windows.subarray(blockStart, blockEnd),
        firsts: firsts.subarray(blockStart, blockEnd),
        maxCounts: maxCounts.subarray(blockStart, blockEnd),
        minLengths: minLengths.subarray(blockStart, blockEnd),
      },
    };
  }

  /** Postings of a term given as UTF-8. Returns undefined when no passage has it. O(1). */
  find(utf8: Uint8Array): TermPostings | undefined {
    const place = findPlace(utf8, this.#dictionary);
    return place < 0 ? undefined : this.postings(place);
  }

  /** Place of a term given as UTF-8; -1: no passage has it. O(1). */
  placeOf(utf8: Uint8Array): number {
    return findPlace(utf8, this.#dictionary);
  }

  /** Places [start, end) of the terms with this prefix. O(log T) comparisons. */
  placesOfPrefix(utf8: Uint8Array): TermPlaces {
    return findPrefix(utf8, this.#dictionary);
  }

  /** Places of the terms that differ from a word by a few letters, rising; see near-terms.ts. */
  placesNear(word: NearWord): readonly number[] {
    const dictionary = this.#dictionary;
    const range = findPrefix(word.utf8.subarray(0, word.markLength), dictionary);
    const groups = once(this.#letterGroups, range.start, () => groupByLetters(dictionary, range));
    return placesNear(dictionary, groups, word);
  }

  /** Postings of the terms at these places, one term after another. O(1): they are neighbors. */
  postingsOfAll({ start, end }: TermPlaces): Pick<TermPostings, "ordinals" | "counts"> {
    const from = this.#dictionary.starts[start]!;
    const to = this.#dictionary.starts[end]!;
    return { ordinals: this.#ordinals.subarray(from, to), counts: this.#counts.subarray(from, to) };
  }

  /** Sets the entries of `marks` to 1 whose passages have one of the terms at these places. */
  markPassages(places: Iterable<number>, marks: Uint32Array): void {
    const { starts } = this.#dictionary;
    const ordinals = this.#ordinals;
    for (const place of places) {
      const end = starts[place + 1]!;
      for (let i = starts[place]!; i < end; i += 1) marks[ordinals[i]!] = 1;
    }
  }

  /** Visits the postings of the term at `place`; [from, to) of `positions` are a posting's own. */
  forEachPosting(
    place: number,
    visit: (ordinal: number, count: number, from: number, to: number) => void,
  ): void {
    const { positions } = this;
    const ordinals = this.#ordinals;
    const counts = this.#counts;
    const { starts, positionStarts } = this.#dictionary;
    const end = starts[place + 1]!;
    let at = positionStarts[place]!;
    for (let i = starts[place]!; i < end; i += 1) {
      const from = at;
      // Bounded by the bytes, since a damaged count may be any number.
      for (let left = counts[i]!; left > 0 && at < positions.length; left -= 1) {
        while (positions[at]! >= 0x80) at += 1;
        at += 1;
      }
      visit(ordinals[i]!, counts[i]!, from, at);
    }
  }
}

/** Positions of one posting, [from, to) of the stored bytes. */
export function decodePositions(encoded: Uint8Array, from: number, to: number): number[] {
  const positions: number[] = [];
  let before = 0;
  for (let at = from; at < to; at += 1) {
    let difference = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = encoded[at]!;
      difference += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80 || at + 1 >= to) break;
      at += 1;
    }
    before += difference;
    positions.push(before);
  }
  return positions;
}

interface Dictionary {
  readonly termCount: number;
  readonly postingCount: number;
  readonly blockCount: number;
  readonly positionBytes: number;
  readonly ends: Uint32Array;
  readonly starts: Uint32Array;
  readonly blockStarts: Uint32Array;
  readonly positionStarts: Uint32Array;
  readonly hashTable: Uint32Array;
  readonly text: Uint8Array;
}

function openDictionary(section: Uint8Array): Dictionary {
  const header = openHeader(section, "terms", termsHeaderBytes);
  const [termCount, textBytes, postingCount, blockCount, hashSize, positionBytes] = header as [
    ...[number, number, number, number, number, number],
  ];
  const numbers = numbersBytes(termCount + 1);
  const hashAt = termsHeaderBytes + 4 * numbers;
  const textAt = hashAt + numbersBytes(hashSize);
  checkSize(section, "terms", textAt + textBytes);
  const column = (i: number): Uint32Array =>
    numbersAt(section, termsHeaderBytes + i * numbers, termCount + 1);
  const dictionary = {
    termCount,
    postingCount,
    blockCount,
    positionBytes,
    ends: column(0),
    starts: column(1),
    blockStarts: column(2),
    positionStarts: column(3),
    hashTable: numbersAt(section, hashAt, hashSize),
    text: section.subarray(textAt, textAt + textBytes),
  };
  const isWhole =
    dictionary.starts[termCount] === postingCount &&
    dictionary.blockStarts[termCount] === blockCount &&
    dictionary.positionStarts[termCount] === positionBytes &&
    hashSize >= 2 &&
    (hashSize & (hashSize - 1)) === 0;
  if (!isWhole) throw corrupt("the terms section disagrees with its own header");
  return dictionary;
}

function openColumns(
  section: Uint8Array,
  name: string,
  expected: number,
  columnCount: number,
): Uint32Array[] {
  const [count] = openHeader(section, name, headerBytes);
  if (count !== expected)
    throw corrupt(`terms list ${expected} ${name}, but ${count ?? 0} are stored`);
  const numbers = numbersBytes(expected);
  checkSize(section, name, headerBytes + columnCount * numbers);
  return Array.from({ length: columnCount }, (_, i) =>
    numbersAt(section, headerBytes + i * numbers, expected),
  );
}

/** Compares bytes in place, since a find must not allocate per probe. */
function findPlace(term: Uint8Array, { hashTable, ends, text }: Dictionary): number {
  const mask = hashTable.length - 1;
  // Stored tables are at most half full; a damaged one must end all the same.
  for (
    let slot = hashTerm(term) & mask, left = mask;
    left >= 0;
    slot = (slot + 1) & mask, left -= 1
  ) {
    const place = hashTable[slot]! - 1;
    if (place < 0) return -1;
    const start = ends[place]!;
    if (ends[place + 1]! - start !== term.length) continue;
    let i = 0;
    while (i < term.length && text[start + i] === term[i]) i += 1;
    if (i === term.length) return place;
  }
  return -1;
}

function findPrefix(prefix: Uint8Array, dictionary: Dictionary): TermPlaces {
  const { ends, text, termCount } = dictionary;
  /** Below 0: the term sorts before all terms with the prefix; above 0: after them. */
  const orderOf = (place: number): number => {
    const start = ends[place]!;
    const length = ends[place + 1]! - start;
    for (let i = 0; i < prefix.length; i += 1) {
      if (i >= length) return -1;
      if (text[start + i] !== prefix[i]) return text[start + i]! - prefix[i]!;
    }
    return 0;
  };
  const firstWhere = (isBeyond: (order: number) => boolean): number => {
    let low = 0;
    let high = termCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBeyond(orderOf(middle))) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return { start: firstWhere((order) => order >= 0), end: firstWhere((order) => order > 0) };
}

function openHeader(section: Uint8Array, name: string, bytes: number): number[] {
  checkSize(section, name, bytes);
  if (section.byteOffset % 4 !== 0) throw corrupt(`the ${name} section is not aligned`);
  const [version, ...rest] = numbersAt(section, 0, bytes / 4);
  if (version !== postingsVersion)
    throw corrupt(`the ${name} section has version ${version ?? 0}, expected ${postingsVersion}`);
  return rest;
}

function checkSize(section: Uint8Array, name: string, byteCount: number): void {
  if (section.byteLength < byteCount)
    throw corrupt(`the ${name} section has ${section.byteLength} bytes, expected ${byteCount}`);
}

function corrupt(fault: string): SluiceError {
  return new SluiceError("DATA_CORRUPT", `postings: ${fault}`);
}
