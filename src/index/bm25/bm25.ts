// Scores every passage by BM25. Runs in a worker; knows segments only as postings and tombstones.

import { assert } from "../../core/assert.js";
import { isBitSet, unlessEmpty } from "./bits.js";
import { gatherLivePostings } from "./live-terms.js";
import type { LiveTermsSnapshot } from "./live-terms.js";
import type { PostingsReader, TermPostings } from "./postings-reader.js";

/**
 * Saturation of term counts and strength of length normalization, as usual for passages (Anserini).
 */
export const bm25Parameters = { k1: 0.9, b: 0.4 } as const;

/** A distinct query term. Live segments know it by id: see `termIds`. */
export interface Bm25Term {
  readonly utf8: Uint8Array;
  /** How often the query has it: counts that many times. */
  readonly frequency: number;
}

export type Bm25Segment = FlushedBm25Segment | LiveBm25Segment;

export interface FlushedBm25Segment {
  readonly kind: "flushed";
  readonly postings: PostingsReader;
  /** Bit set: the row is deleted; it counts nowhere and scores 0. */
  readonly tombstones?: Uint8Array | undefined;
}

export interface LiveBm25Segment {
  readonly kind: "live";
  readonly snapshot: LiveTermsSnapshot;
  /** Ids of the query's terms in their order, -1 where unknown: from `LiveTerms.resolve`. */
  readonly termIds: Int32Array;
  readonly tombstones?: Uint8Array | undefined;
}

export interface Bm25Request {
  readonly segments: readonly Bm25Segment[];
  /** Distinct, in query order: the order in which scores add up. */
  readonly terms: readonly Bm25Term[];
  /** Passages that are not deleted, over all segments, and the sum of their lengths. Exact. */
  readonly totals: Bm25Totals;
  /** One array a segment, one score a row; overwritten. May lie in shared memory. */
  readonly scores: readonly Float32Array[];
  /** Asked every some ten thousand postings; true ends the work. */
  readonly isCancelled?: (() => boolean) | undefined;
}

export interface Bm25Totals {
  readonly passageCount: number;
  readonly lengthTotal: number;
}

/**
 * Fills `scores`: for each live row the sum over query terms, in their order, of
 * `frequency * idf * count / (count + k1 * (1 - b + b * length / average length))` with
 * `idf = ln(1 + (N - df + 0.5) / (df + 0.5))`; each partial sum is rounded to float32. Rows without
 * a query term, and deleted rows, get 0. N, df and the average count live passages only, over all
 * segments, so a score depends neither on how passages are spread over segments nor on deleted
 * ones. Returns df per term, or undefined when cancelled (then `scores` are unusable). O(rows /
 * memory speed + postings of the terms).
 */
export function scoreBm25(request: Bm25Request): number[] | undefined {
  const { segments, terms, totals, scores } = request;
  assert(scores.length === segments.length, "one score array a segment");
  for (const array of scores) array.fill(0);
  const opened = segments.map((segment) => openSegment(segment, terms));
  const frequencies: number[] = [];
  for (const place of terms.keys()) {
    let frequency = 0;
    for (const segment of opened) frequency += liveFrequency(segment, place);
    assert(frequency <= totals.passageCount, "no term is in more passages than there are");
    frequencies.push(frequency);
  }
  if (totals.lengthTotal === 0) return frequencies;
  const { k1, b } = bm25Parameters;
  const norm = {
    base: k1 * (1 - b),
    slope: (k1 * b * totals.passageCount) / totals.lengthTotal,
  };
  for (const [place, term] of terms.entries()) {
    const frequency = frequencies[place]!;
    const idf = Math.log(1 + (totals.passageCount - frequency + 0.5) / (frequency + 0.5));
    for (const [i, segment] of opened.entries()) {
      const postings = segment.postings[place];
      if (postings === undefined) continue;
      const weight = { ...norm, weight: term.frequency * idf };
      if (!addTerm(scores[i]!, { segment, postings, ...weight }, request.isCancelled))
        return undefined;
    }
  }
  return frequencies;
}

/** Rows of a segment: the length of its score array. */
export function rowCountOf(segment: Bm25Segment): number {
  return segment.kind === "flushed" ? segment.postings.rowCount : segment.snapshot.rowCount;
}

interface OpenedSegment {
  /** Beside the query's terms. */
  readonly postings: readonly (TermPostings | undefined)[];
  readonly lengths: Uint32Array;
  readonly tombstones: Uint8Array | undefined;
}

function openSegment(segment: Bm25Segment, terms: readonly Bm25Term[]): OpenedSegment {
  const tombstones = unlessEmpty(segment.tombstones);
  switch (segment.kind) {
    case "flushed": {
      const postings = terms.map((term) => segment.postings.find(term.utf8));
      return { postings, lengths: segment.postings.lengths, tombstones };
    }
    case "live": {
      assert(segment.termIds.length === terms.length, "one id a query term");
      const postings = gatherLivePostings(segment.snapshot, segment.termIds);
      return { postings, lengths: segment.snapshot.lengths, tombstones };
    }
  }
}

function liveFrequency(segment: OpenedSegment, place: number): number {
  const postings = segment.postings[place];
  if (postings === undefined) return 0;
  if (segment.tombstones === undefined) return postings.documentFrequency;
  let frequency = 0;
  for (const row of postings.rows) if (!isBitSet(segment.tombstones, row)) frequency += 1;
  return frequency;
}

/** Postings between two looks at the cancel flag: below half a millisecond of work. */
const postingsPerLook = 32_768;

interface TermWork {
  readonly segment: OpenedSegment;
  readonly postings: TermPostings;
  readonly weight: number;
  readonly base: number;
  readonly slope: number;
}

/** Returns false when cancelled. */
function addTerm(
  scores: Float32Array,
  { segment, postings, weight, base, slope }: TermWork,
  isCancelled: (() => boolean) | undefined,
): boolean {
  const { lengths, tombstones } = segment;
  const { rows, counts } = postings;
  for (let start = 0; start < rows.length; start += postingsPerLook) {
    if (isCancelled?.() === true) return false;
    const end = Math.min(rows.length, start + postingsPerLook);
    for (let i = start; i < end; i += 1) {
      const row = rows[i]!;
      if (tombstones !== undefined && isBitSet(tombstones, row)) continue;
      const count = counts[i]!;
      scores[row]! += (weight * count) / (count + base + slope * lengths[row]!);
    }
  }
  return true;
}
