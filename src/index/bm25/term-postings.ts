// The passages that have one term, as ranges of columns that all terms of a segment share.

import { windowRows } from "./postings-format.js";

/**
 * A range, not views: a search looks up each of its terms in every segment, several times over, and
 * making a view takes longer than finding the term.
 */
export interface TermPostings {
  readonly columns: PostingColumns;
  /** Postings [start, end): as many as passages have the term. */
  readonly start: number;
  readonly end: number;
  /** Blocks [blockStart, blockEnd), one a window of rows that has any of the postings. */
  readonly blockStart: number;
  readonly blockEnd: number;
}

/** Postings lie term after term, and blocks too. */
export interface PostingColumns {
  /** Of each posting; ascending within a term. */
  readonly rows: Uint32Array;
  /** Of each posting: how often the passage has the term. */
  readonly counts: Uint32Array;
  /** Of each block; ascending within a term. */
  readonly windows: Uint32Array;
  /** First posting of each block, counted from the term's first. */
  readonly firsts: Uint32Array;
  /** No posting of the block counts more, */
  readonly maxCounts: Uint32Array;
  /** and none of its passages is shorter. */
  readonly minLengths: Uint32Array;
}

/** Rows and counts beside each other. */
export type Listed = Pick<PostingColumns, "rows" | "counts">;

/** Passages that have the term. */
export function frequencyOf({ start, end }: TermPostings): number {
  return end - start;
}

/** The block of a window; -1: no posting is in it. */
export function blockOf({ columns, blockStart, blockEnd }: TermPostings, window: number): number {
  return findAt(columns.windows, window, blockStart, blockEnd);
}

/** First posting of a block. */
export function blockFrom({ columns, start }: TermPostings, block: number): number {
  return start + columns.firsts[block]!;
}

/** The posting after a block's last. */
export function blockTo(postings: TermPostings, block: number): number {
  return block + 1 < postings.blockEnd ? blockFrom(postings, block + 1) : postings.end;
}

/** How often a row has the term; 0: it has no posting. O(log postings). */
export function countIn(postings: TermPostings, row: number): number {
  const block = blockOf(postings, Math.floor(row / windowRows));
  if (block < 0) return 0;
  const { rows, counts } = postings.columns;
  const place = findAt(rows, row, blockFrom(postings, block), blockTo(postings, block));
  return place < 0 ? 0 : counts[place]!;
}

/** Place of `value` in [low, high) of ascending values, or -1. */
function findAt(values: Uint32Array, value: number, low: number, high: number): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = values[middle]!;
    if (other === value) return middle;
    if (other < value) low = middle + 1;
    else high = middle;
  }
  return -1;
}

/** Counts of the same row added. Undefined: there is none. O(rows of the segment). */
export function unionPostings(
  found: readonly Listed[],
  lengths: Uint32Array,
): TermPostings | undefined {
  const { rows, counts } = addCounts(found, lengths.length);
  if (rows.length === 0) return undefined;
  const columns = { rows, counts, ...blocksOf(rows, counts, lengths) };
  return { columns, start: 0, end: rows.length, blockStart: 0, blockEnd: columns.windows.length };
}

function addCounts(found: readonly Listed[], rowCount: number): Listed {
  const sums = new Uint32Array(rowCount);
  let distinct = 0;
  for (const { rows, counts } of found)
    for (let i = 0; i < rows.length; i += 1) {
      if (sums[rows[i]!] === 0) distinct += 1;
      sums[rows[i]!]! += counts[i]!;
    }
  const rows = new Uint32Array(distinct);
  const counts = new Uint32Array(distinct);
  for (let row = 0, filled = 0; filled < distinct; row += 1) {
    if (sums[row] === 0) continue;
    rows[filled] = row;
    counts[filled] = sums[row]!;
    filled += 1;
  }
  return { rows, counts };
}

function blocksOf(
  rows: Uint32Array,
  counts: Uint32Array,
  lengths: Uint32Array,
): Omit<PostingColumns, keyof Listed> {
  const windows: number[] = [];
  const firsts: number[] = [];
  const maxCounts: number[] = [];
  const minLengths: number[] = [];
  for (let i = 0; i < rows.length; i += 1) {
    const window = Math.floor(rows[i]! / windowRows);
    const last = windows.length - 1;
    const length = lengths[rows[i]!]!;
    if (windows[last] === window) {
      maxCounts[last] = Math.max(maxCounts[last]!, counts[i]!);
      minLengths[last] = Math.min(minLengths[last]!, length);
      continue;
    }
    windows.push(window);
    firsts.push(i);
    maxCounts.push(counts[i]!);
    minLengths.push(length);
  }
  return {
    windows: Uint32Array.from(windows),
    firsts: Uint32Array.from(firsts),
    maxCounts: Uint32Array.from(maxCounts),
    minLengths: Uint32Array.from(minLengths),
  };
}
