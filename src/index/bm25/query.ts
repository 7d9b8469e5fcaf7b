// What BM25 is asked: words, beginnings of words, phrases. Terms are as the index keeps them.

/** A distinct term, or a beginning that stands for all terms that begin so. */
export interface Bm25Clause {
  readonly kind: "term" | "prefix";
  readonly utf8: Uint8Array;
  /** How often the query has it: counts that many times. */
  readonly frequency: number;
}

/** Terms that must stand in these places, counted in words from the phrase's first. */
export interface Bm25Phrase {
  readonly terms: readonly { readonly utf8: Uint8Array; readonly offset: number }[];
}

export interface Bm25Query {
  /** Distinct, in query order: the order in which scores add up. */
  readonly clauses: readonly Bm25Clause[];
  /** A passage without one of them is no match: its BM25 is 0. */
  readonly phrases: readonly Bm25Phrase[];
}

/** The query's terms in a live segment, whose dictionary only the main thread has. */
export interface LiveTermIds {
  /** Ids of each clause's terms: none, one, or for a beginning as many as there are. */
  readonly clauses: readonly Uint32Array[];
  /** Id of each term of each phrase; -1: no passage has it. */
  readonly phrases: readonly Int32Array[];
}

/** Passages that are not deleted, over all segments, and the sum of their lengths. Exact. */
export interface Bm25Totals {
  readonly passageCount: number;
  readonly lengthTotal: number;
}
