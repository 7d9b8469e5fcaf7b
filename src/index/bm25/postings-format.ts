// The byte layout of a segment's postings. Written by postings-writer.ts, read by
// postings-reader.ts.

/*
 * Five sections, each a flat run of bytes that starts at a multiple of 8 and whose length is a
 * multiple of 8. All numbers are u32, little-endian; a gap before an 8-byte boundary holds zeros.
 * T = terms, P = postings, R = passages, B = blocks, H = a power of 2, at least 2T.
 *
 * terms section
 *   0    version, T, bytes of all terms, P, B, H, bytes of all positions, 0
 *   32   ends            T + 1 numbers: term i is the bytes [ends[i], ends[i+1]) of the term bytes
 *   ..   starts          T + 1 numbers: postings of term i are [starts[i], starts[i+1]); their
 *                        count, never 0, is its document frequency, deleted passages included
 *   ..   blockStarts     T + 1 numbers: blocks of term i are [blockStarts[i], blockStarts[i+1])
 *   ..   positionStarts  T + 1 numbers: its positions begin at this byte of the positions
 *   ..   hash table      H numbers: 1 + place of a term, at the first free entry from its hash on
 *   ..   term bytes, UTF-8, terms ascending as bytes: prefixes are found by binary search
 * postings section
 *   0    version, P, 0, 0
 *   16   ordinals    P numbers: ordinals, ascending within a term
 *   ..   counts    P numbers: how often the term occurs in that passage, never 0
 * blocks section: the postings of one term within one window of ordinals; no empty ones
 *   0    version, B, 0, 0
 *   16   windows     B numbers: ordinals [w * windowOrdinals, (w + 1) * windowOrdinals), ascending in a term
 *   ..   firsts      B numbers: first posting of the block, counted from its term's first
 *   ..   maxCounts   B numbers: largest count in it
 *   ..   minLengths  B numbers: length of its shortest passage
 * positions section
 *   0    version, bytes, 0, 0
 *   16   of each posting as many numbers as it counts: the first position, then differences, each
 *        in groups of 7 bits, lowest first, with the high bit set in all bytes but the last
 * lengths section
 *   0    version, R, low and high half of the sum of all lengths
 *   16   lengths   R numbers: terms of each passage, repeats included
 *
 * Postings are plain numbers, uncompressed: workers read them in place through typed arrays over
 * shared memory. Positions are read for phrases only.
 */

import { assert } from "../../core/assert.js";

export const postingsVersion = 2;
export const headerBytes = 16;
export const termsHeaderBytes = 32;

/** Passages of a block. Small enough that a window's scores stay in the first cache. */
export const windowOrdinals = 2048;

/** The stored form of one segment's postings. */
export interface PostingsSections {
  readonly terms: Uint8Array;
  readonly postings: Uint8Array;
  readonly blocks: Uint8Array;
  readonly positions: Uint8Array;
  readonly lengths: Uint8Array;
}

/** The next multiple of 8. */
export function aligned(byteCount: number): number {
  return Math.ceil(byteCount / 8) * 8;
}

/** Bytes of `count` u32 numbers, padded. */
export function numbersBytes(count: number): number {
  return aligned(count * 4);
}

/** FNV-1a, 32 bits (Fowler, Noll, Vo). */
export function hashTerm(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i += 1) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash >>> 0;
}

/** A view of `count` numbers of `section`, `at` bytes from its start. Copies nothing. */
export function numbersAt(section: Uint8Array, at: number, count: number): Uint32Array {
  return new Uint32Array(section.buffer, section.byteOffset + at, count);
}

// Typed arrays have the machine's byte order.
assert(new Uint8Array(Uint32Array.of(1).buffer)[0] === 1, "the machine is little-endian");
