// The byte layout of a segment's columns: the typed fields of its passages' documents, by name and
// kind.

import type { FieldValue } from "../../core/document.js";

/**
 * Numbers are little-endian. R = passages of the segment; a column has the values of P of them.
 * Blocks start at multiples of 8; the numbers in the directory count bytes from the start of the
 * section.
 *
 *   u32 columns, u32 R
 *   directory, a column after another by name (as UTF-8 bytes) and kind: see `columnEntry`
 *   names     UTF-8, one after another
 *   for each column, where it has them:
 *     ordinals u32 x P, rising; left out when every passage has the field
 *     ends    u32 x P, end of each passage's list among the values (lists)
 *     values  keyword, keywords: u32 numbers of words; integer, integers: i64; float, floats, time,
 *             times: f64; boolean: P bits
 *     words   u32 end of each word's bytes, then the bytes: distinct words by rising UTF-8 bytes
 */
export const columnEntry = {
  kind: 0,
  nameStart: 1,
  nameBytes: 2,
  /** P. */
  count: 3,
  /** 0: every passage. */
  ordinalsStart: 4,
  endsStart: 5,
  valuesStart: 6,
  /** P; of lists, the entries of all. */
  valueCount: 7,
  wordsStart: 8,
  wordCount: 9,
} as const;

/** u32 values of a directory entry. */
export const entryNumbers = 10;

export const columnsHeaderBytes = 8;

/** Kinds whose values are lists. */
export const listKinds: ReadonlySet<FieldValue["kind"]> = new Set([
  ...(["keywords", "integers", "floats", "times"] as const),
]);

/** Places of the kinds in the directory: never reorder. */
export const columnKinds: readonly FieldValue["kind"][] = [
  ...(["keyword", "keywords", "integer", "float", "boolean", "time"] as const),
  ...(["integers", "floats", "times"] as const),
];
