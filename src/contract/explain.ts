// How one passage of a document gets its score: what is asked for, and the answer.

import type { Span } from "../core/document.js";
import type { SearchRequest } from "./search-request.js";

export interface ExplainRequest extends Pick<
  SearchRequest,
  "collection" | "text" | "vectors" | "filter" | "lexicalWeight"
> {
  readonly key: string;
  /** From 0; undefined: the document's best. */
  readonly passageNumber: number | undefined;
}

export interface TermMatch {
  readonly term: string;
  readonly frequency: number;
  readonly score: number;
}

export interface ExplainedPassage {
  readonly key: string;
  /** As a search with the same options gives it. */
  readonly score: number;
  /** Undefined: the query has no words. */
  readonly bm25: number | undefined;
  /** Added up in order, each sum rounded to float32, the scores of `matches` give exactly this. */
  readonly maxSim: number;
  /** Best BM25 of any eligible passage, and the weight: what the score is blended with. */
  readonly bm25Top: number;
  readonly lexicalWeight: number;
  readonly passageNumber: number;
  readonly span: Span;
  /** Terms and prefixes that the passage has; their scores add up to `bm25` in the same way. */
  readonly terms: readonly TermMatch[];
  /** One for each query row, in order. */
  readonly matches: readonly TokenMatch[];
}

/** Words are there where the model made the rows. */
export interface TokenMatch {
  readonly queryToken: string;
  readonly querySpan?: Span | undefined;
  /** From 0, in the passage. */
  readonly passageRow: number;
  readonly passageToken: string;
  /** In the document's text, or else in its title. */
  readonly passageSpan?: Span | undefined;
  readonly titleSpan?: Span | undefined;
  readonly score: number;
}
