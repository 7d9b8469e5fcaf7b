// The byte layout of a segment's postings. Written by postings-writer.ts, read by
// postings-reader.ts.

/*
 * Three sections, each a flat run of bytes that starts at a multiple of 8 and whose length is a
 * multiple of 8. All numbers are u32, little-endian; a gap before an 8-byte boundary holds zeros.
 * T = terms, P = postings, R = rows.
 *
 * terms section
 *   0    version, T, bytes of all terms, P
 *   16   ends      T + 1 numbers: term i is the bytes [ends[i], ends[i+1]) of the term bytes
 *   ..   starts    T + 1 numbers: postings of term i are [starts[i], starts[i+1]); their count,
 *                  never 0, is its document frequency, deleted passages included
 *   ..   term bytes, UTF-8, terms ascending as bytes: binary search finds one
 * postings section
 *   0    version, P, 0, 0
 *   16   rows      P numbers: passage rows, ascending within a term
 *   ..   counts    P numbers: how often the term occurs in that passage, never 0
 * lengths section
 *   0    version, R, low and high half of the sum of all lengths
 *   16   lengths   R numbers: terms of each passage, repeats included
 *
 * Plain numbers, uncompressed: workers read them in place through typed arrays over shared memory.
 */

import { assert } from "../../core/assert.js";

export const postingsVersion = 1;
export const headerBytes = 16;

/** The stored form of one segment's postings. */
export interface PostingsSections {
  readonly terms: Uint8Array;
  readonly postings: Uint8Array;
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

/** A view of `count` numbers of `section`, `at` bytes from its start. Copies nothing. */
export function numbersAt(section: Uint8Array, at: number, count: number): Uint32Array {
  return new Uint32Array(section.buffer, section.byteOffset + at, count);
}

// Typed arrays have the machine's byte order.
assert(new Uint8Array(Uint32Array.of(1).buffer)[0] === 1, "the machine is little-endian");
