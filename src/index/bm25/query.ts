// A BM25 query: words, prefixes, misspelled words, phrases. Terms are as the index
// keeps them.

import type { NearWord } from "./near-terms.js";

/** What a clause finds: a term, all terms that begin so, or all that differ by a few letters. */
export type Bm25Clause = ExactClause | NearClause;

interface ExactClause {
  readonly kind: "term" | "prefix";
  readonly utf8: Uint8Array;
  /** How often the query has it: counts that many times. */
  readonly frequency: number;
}

/** A passage has it or not, however often. */
export interface NearClause extends NearWord {
  readonly kind: "near";
  readonly frequency: number;
  /** Clause of the word as it is written; a near term never scores more. */
  readonly exactClause: number;
}

/** Terms at fixed positions, counted in words from the phrase's first. */
export interface Bm25Phrase {
  readonly terms: readonly { readonly utf8: Uint8Array; readonly offset: number }[];
}

export interface Bm25Query {
  /** Distinct, in query order: the order in which scores add up. */
  readonly clauses: readonly Bm25Clause[];
  /** A passage without one of them is no match: its BM25 is 0. */
  readonly phrases: readonly Bm25Phrase[];
  readonly quorums: readonly Bm25Quorum[];
}

/** Clauses that count in a passage only where it has so many of them. */
export interface Bm25Quorum {
  readonly clauses: readonly number[];
  readonly count: number;
}

/** The query's terms in a live segment, whose dictionary only the main thread has. */
export interface LiveTermIds {
  /**
   * Ids of each clause's terms: none, one, or for prefixes and misspellings as many as match.
   */
  readonly clauses: readonly Uint32Array[];
  /** Id of each term of each phrase; -1: no passage has it. */
  readonly phrases: readonly Int32Array[];
}

/**
 * Places of the terms near the misspelled words of a query, in the dictionaries of some segments.
 * Those of word w in segment s are `places` from `starts[s * words + w]` to the next start.
 */
export interface NearPlaces {
  readonly starts: Uint32Array;
  readonly places: Uint32Array;
}

/** A view of the places of one word in one segment. */
export function placesIn(
  { starts, places }: NearPlaces,
  at: { readonly segment: number; readonly word: number; readonly wordCount: number },
): Uint32Array {
  const entry = at.segment * at.wordCount + at.word;
  return places.subarray(starts[entry], starts[entry + 1]);
}

/** Passages that are not deleted, over all segments, and the sum of their lengths. Exact. */
export interface Bm25Totals {
  readonly passageCount: number;
  readonly lengthTotal: number;
}
