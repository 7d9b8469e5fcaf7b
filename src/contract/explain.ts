// How one passage of a document gets its score: what is asked for, and the answer.

import type { Span } from "../core/document.js";
import { anyText, count, figure, list, message, optional } from "./fields.js";
import type { FieldTable } from "./fields.js";
import { searchRequestFields } from "./search-request.js";
import type { SearchRequest } from "./search-request.js";
import { spanFields } from "./search-update.js";

/** Asks how one passage of a document gets its score. */
export interface ExplainRequest extends Pick<
  SearchRequest,
  "collection" | "text" | "vectors" | "filter" | "lexicalWeight" | "spanUnit"
> {
  readonly key: string;
  /** Index from 0. Defaults to the document's best passage. */
  readonly passageNumber?: number | undefined;
}

/** score = maxsim / matches.length + lexicalWeight * bm25 / bestBm25. */
export interface ExplainedPassage {
  /** As a search with the same options gives it. */
  readonly score: number;
  readonly parts: {
    /** Absent when the query has no words. */
    readonly bm25?: number | undefined;
    /** Added up in order, each sum rounded to float32, the scores of `matches` give exactly this. */
    readonly maxsim: number;
  };
  /** Best BM25 of any eligible passage. */
  readonly bestBm25: number;
  readonly lexicalWeight: number;
  readonly passageNumber: number;
  /** In the document's text. */
  readonly span: Span;
  /** One for each token of the query, in order. */
  readonly matches: readonly TokenMatch[];
  /** Terms and prefixes that the passage has; their scores add up to `bm25` in the same way. */
  readonly terms: readonly TermMatch[];
}

/** Token texts and places are known where the model made the vectors. */
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

/** A term of the query that the passage has. */
export interface TermMatch {
  readonly term: string;
  readonly frequency: number;
  readonly score: number;
}

const { collection, text, vectors, filter, lexicalWeight, spanUnit } = searchRequestFields;

/** Of proto ExplainRequest. */
export const explainRequestFields = {
  collection,
  text,
  vectors,
  filter,
  lexicalWeight,
  spanUnit,
  key: { type: "key" },
  passageNumber: optional(count),
} satisfies FieldTable<ExplainRequest>;

const tokenMatchFields = {
  queryToken: anyText,
  querySpan: optional(message(spanFields)),
  passageRow: count,
  passageToken: anyText,
  passageSpan: optional(message(spanFields)),
  titleSpan: optional(message(spanFields)),
  score: figure,
} satisfies FieldTable<TokenMatch>;

/** Of proto ExplainResponse. */
export const explainedFields = {
  score: figure,
  parts: message({ bm25: optional(figure), maxsim: figure } satisfies FieldTable<
    ExplainedPassage["parts"]
  >),
  bestBm25: { ...figure, wire: "best_bm25" },
  lexicalWeight: figure,
  passageNumber: count,
  span: message(spanFields),
  matches: list(message(tokenMatchFields)),
  terms: list(
    message({ term: anyText, frequency: count, score: figure } satisfies FieldTable<TermMatch>),
  ),
} satisfies FieldTable<ExplainedPassage>;
