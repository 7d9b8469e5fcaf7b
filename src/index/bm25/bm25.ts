// BM25 of passages: its statistics, its formula, and the exact scores of given passages. The best
// passages of all are found in top-passages.ts.

import { assert } from "../../core/assert.js";
import { isBitSet } from "./bits.js";
import { liveFrequency } from "./bound-segment.js";
import type { BoundSegment } from "./bound-segment.js";
import { windowOrdinals } from "./postings-format.js";
import type { TermPostings } from "./postings-reader.js";
import type { Bm25Query, Bm25Totals } from "./query.js";

/**
 * Saturation of term counts and strength of length normalization, as usual for passages (Anserini).
 */
export const bm25Parameters = { k1: 0.9, b: 0.4 } as const;

/**
 * A misspelled word, counted once, is worth less than the word itself even in a passage that is ten
 * times as long as others.
 */
const nearShare = 0.2;

/** Live passages that have each clause, over all segments of the generation. */
export function countFrequencies(segments: readonly BoundSegment[], query: Bm25Query): number[] {
  return query.clauses.map((_, clause) => {
    let frequency = 0;
    for (const segment of segments) frequency += liveFrequency(segment, clause);
    return frequency;
  });
}

/** All that a score needs beside counts and lengths. */
export interface Bm25Scale {
  /** Frequency in the query times idf, beside the clauses. */
  readonly weights: Float64Array;
  readonly base: number;
  readonly slope: number;
}

/**
 * `idf = ln(1 + (N - df + 0.5) / (df + 0.5))`. N, df and the average length count live passages
 * only, over all segments, so a score depends neither on how passages are spread over segments nor
 * on deleted ones.
 */
export function scaleOf(
  query: Bm25Query,
  frequencies: readonly number[],
  { passageCount, lengthTotal }: Bm25Totals,
): Bm25Scale {
  const { k1, b } = bm25Parameters;
  const idfs = frequencies.map((found) => {
    assert(found <= passageCount, "no term is in more passages than there are");
    return Math.log(1 + (passageCount - found + 0.5) / (found + 0.5));
  });
  const weights = Float64Array.from(query.clauses, (clause, i) => {
    if (clause.kind !== "near") return clause.frequency * idfs[i]!;
    const isThere = frequencies[clause.exactClause]! > 0;
    const idf = isThere ? Math.min(idfs[i]!, idfs[clause.exactClause]!) : idfs[i]!;
    return nearShare * clause.frequency * idf;
  });
  const slope = lengthTotal === 0 ? 0 : (k1 * b * passageCount) / lengthTotal;
  return { weights, base: k1 * (1 - b), slope };
}

/**
 * What one clause adds: `weight * count / (count + k1 * (1 - b + b * length / average length))`.
 */
export function contribution(
  { weights, base, slope }: Bm25Scale,
  clause: number,
  { count, length }: { readonly count: number; readonly length: number },
): number {
  return (weights[clause]! * count) / (count + base + slope * length);
}

/**
 * Exact BM25 of passages of one segment, in their order: the sum of the contributions in the
 * clauses' order, each partial sum rounded to float32. 0 for passages without a clause, without a
 * required phrase, and for deleted ones. O(clauses log postings) a passage.
 */
export function scorePassages(
  segment: BoundSegment,
  ordinals: Iterable<number>,
  scale: Bm25Scale,
): Float32Array {
  return Float32Array.from(ordinals, (ordinal) => scorePassage(segment, ordinal, scale));
}

export function scorePassage(segment: BoundSegment, ordinal: number, scale: Bm25Scale): number {
  if (!isMatchable(segment, ordinal)) return 0;
  const length = segment.lengths[ordinal]!;
  let score = 0;
  for (let clause = 0; clause < segment.postings.length; clause += 1) {
    const postings = segment.postings[clause];
    const count = postings === undefined ? 0 : countIn(postings, ordinal);
    if (count > 0) score = Math.fround(score + contribution(scale, clause, { count, length }));
  }
  return score;
}

/**
 * What each clause that the passage has added to `scorePassage`, in the order in which it is added
 * up.
 */
export function explainBm25(
  segment: BoundSegment,
  ordinal: number,
  scale: Bm25Scale,
): { readonly clause: number; readonly count: number; readonly score: number }[] {
  if (!isMatchable(segment, ordinal)) return [];
  const length = segment.lengths[ordinal]!;
  return segment.postings.flatMap((postings, clause) => {
    const count = postings === undefined ? 0 : countIn(postings, ordinal);
    if (count === 0) return [];
    return [{ clause, count, score: contribution(scale, clause, { count, length }) }];
  });
}

/** False for passages that are deleted or lack a phrase. */
export function isMatchable({ tombstones, required }: BoundSegment, ordinal: number): boolean {
  if (tombstones !== undefined && isBitSet(tombstones, ordinal)) return false;
  return required === undefined || isBitSet(required, ordinal);
}

/** The passage's count; 0: it has no posting. */
function countIn({ ordinals, counts, blocks }: TermPostings, ordinal: number): number {
  const block = findAt(
    blocks.windows,
    Math.floor(ordinal / windowOrdinals),
    0,
    blocks.windows.length,
  );
  if (block < 0) return 0;
  const end = blocks.firsts[block + 1] ?? ordinals.length;
  const place = findAt(ordinals, ordinal, blocks.firsts[block]!, end);
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
