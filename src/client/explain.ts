// Explain as the client gives it: plain values.

import type { Span } from "../core/document.js";
import type { ExplainRequest } from "../gen/proto/sluice/v1/ExplainRequest.js";
import type { ExplainResponse__Output } from "../gen/proto/sluice/v1/ExplainResponse.js";
import type { Span__Output } from "../gen/proto/sluice/v1/Span.js";
import { present } from "../core/assert.js";
import { vectorsToMessage } from "../wire/document-messages.js";
import { filterToMessage } from "./filter-messages.js";
import type { ClientSearchRequest } from "./types.js";

export interface ClientExplainRequest extends Pick<
  ClientSearchRequest,
  "collection" | "text" | "vectors" | "filter" | "lexicalWeight"
> {
  readonly key: string;
  /** From 0; undefined: the document's best for the query. */
  readonly passageNumber?: number | undefined;
}

/** score = maxsim / matches.length + lexicalWeight * bm25 / bestBm25. */
export interface ClientExplanation {
  readonly score: number;
  readonly parts: { readonly bm25?: number | undefined; readonly maxsim: number };
  readonly bestBm25: number;
  readonly lexicalWeight: number;
  readonly passageNumber: number;
  /** In UTF-16 code units of the document's text. */
  readonly span: Span;
  /** One for each query row. */
  readonly matches: readonly ClientTokenMatch[];
  readonly terms: readonly {
    readonly term: string;
    readonly score: number;
    readonly frequency: number;
  }[];
}

/** What the rows stand for is known where the model made them. */
export interface ClientTokenMatch {
  readonly queryToken: string;
  readonly querySpan: Span | undefined;
  readonly passageRow: number;
  readonly passageToken: string;
  /** In the text, or else in the title. */
  readonly passageSpan: Span | undefined;
  readonly titleSpan: Span | undefined;
  readonly score: number;
}

export function explainRequestToMessage(request: ClientExplainRequest): ExplainRequest {
  const { collection, text, vectors, filter, key, passageNumber, lexicalWeight } = request;
  return {
    collection,
    key,
    query: {
      text: text ?? "",
      ...(vectors === undefined ? {} : { vectors: vectorsToMessage(vectors) }),
    },
    ...(filter === undefined ? {} : { filter: filterToMessage(filter) }),
    ...(passageNumber === undefined ? {} : { passage_number: passageNumber }),
    ...(lexicalWeight === undefined ? {} : { lexical_weight: lexicalWeight }),
  };
}

export function explanationFromMessage(message: ExplainResponse__Output): ClientExplanation {
  const parts = present(message.parts, "the server sends the parts");
  return {
    score: message.score,
    parts: { bm25: parts.bm25, maxsim: present(parts.maxsim, "MaxSim is always known") },
    bestBm25: message.best_bm25,
    lexicalWeight: message.lexical_weight,
    passageNumber: message.passage_number,
    span: spanFromMessage(message.span) ?? { start: 0, end: 0 },
    matches: message.matches.map((match) => ({
      queryToken: match.query_token,
      querySpan: spanFromMessage(match.query_span),
      passageRow: match.passage_row,
      passageToken: match.passage_token,
      passageSpan: spanFromMessage(match.passage_span),
      titleSpan: spanFromMessage(match.title_span),
      score: match.score,
    })),
    terms: message.terms.map(({ term, score, frequency }) => ({ term, score, frequency })),
  };
}

function spanFromMessage(span: Span__Output | null): Span | undefined {
  return span === null ? undefined : { start: span.start, end: span.end };
}
