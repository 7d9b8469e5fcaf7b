// The updates of a search: whole rankings, each with its certificate. The contract is proto/sluice/v1/README.md.

import type { Fields, Span } from "../core/document.js";
import {
  anyText,
  count,
  figure,
  flag,
  implicit,
  list,
  message,
  optional,
  words,
} from "./fields.js";
import type { FieldTable } from "./fields.js";

/** In the order in which they run. */
export const stages = ["lexical", "candidates", "late_interaction", "cross_encoder"] as const;
/** Stages in the order in which they run. */
export type Stage = (typeof stages)[number];

export const certificates = ["lexical", "estimate", "exact", "reranked"] as const;
/** What a ranking is worth: docs/concepts.md. */
export type Certificate = (typeof certificates)[number];

export const scoreKinds = ["bm25", "fusion", "relevance", "reranked"] as const;
/** What the score of a hit is: docs/concepts.md. Scores of different kinds cannot be compared. */
export type ScoreKind = (typeof scoreKinds)[number];

export const degradationReasons = [
  "BUDGET_EXHAUSTED",
  "DEADLINE_REACHED",
  "GENERATION_EXPIRED",
  "ENCODER_FAILED",
  "NO_QUERY_VECTORS",
  "CROSS_ENCODER_ABSENT",
  "CROSS_ENCODER_FAILED",
  "CORRUPT_PASSAGES",
  "PRESSURE_REDUCED",
  "QUERY_CUT",
  "FILTER_MATCHES_NO_FIELD",
] as const;
/** Named losses of quality; docs/concepts.md has what each means. */
export type DegradationReason = (typeof degradationReasons)[number];

/** A named loss of quality that did not stop the search. */
export interface Degradation {
  readonly reason: DegradationReason;
  /** What was lost and what to do; lower case, no full stop. */
  readonly message: string;
  /** Stages that were not finished. */
  readonly stages: readonly Stage[];
}

/** Passages at each depth of scoring. */
export interface Coverage {
  readonly eligible: number;
  readonly sketchScored: number;
  readonly maxSimScored: number;
  readonly reranked: number;
  /** Scored again by the refine plane. Absent before that, and without one. */
  readonly refined?: number | undefined;
}

/** Microseconds spent in each stage so far. Stages that did not run are absent. */
export interface StageTimings {
  readonly queue?: number | undefined;
  readonly encode?: number | undefined;
  readonly lexical?: number | undefined;
  readonly candidates?: number | undefined;
  readonly lateInteraction?: number | undefined;
  readonly crossEncoder?: number | undefined;
  readonly total: number;
}

/** Parts of a score. Those not known at this stage are absent. */
export interface ScoreParts {
  readonly bm25?: number | undefined;
  /** Cosine of the query's sketch and the passage's. */
  readonly sketch?: number | undefined;
  /** Sum over query rows, not divided. */
  readonly maxsim?: number | undefined;
  /** The cross-encoder's, in [0, 1]. */
  readonly crossEncoder?: number | undefined;
  /** Of relevance, by the map that the collection was calibrated with; in [0, 1]. */
  readonly probability?: number | undefined;
  /** The hit's share of the shown ones, as asked for. */
  readonly softmax?: number | undefined;
}

/** A document in a ranking. */
export interface SearchHit {
  readonly key: string;
  /** From 1. */
  readonly rank: number;
  /** Of the update's `scoreKind`. */
  readonly score: number;
  readonly parts: ScoreParts;
  /** Number of the best passage in its document, from 0, and its place in the text. */
  readonly passageNumber: number;
  readonly span: Span;
  /** Present as the request's payload options select. */
  readonly payload?: HitPayload | undefined;
}

/** What of the document was asked for. */
export interface HitPayload {
  readonly title?: string | undefined;
  readonly text?: string | undefined;
  readonly fields?: Fields | undefined;
  /** Places in the text that match the query's words: in order, apart from each other. */
  readonly highlights?: readonly Span[] | undefined;
}

/** One passage of the context. */
export interface ContextPassage {
  readonly key: string;
  readonly title: string;
  readonly span: Span;
  readonly text: string;
  readonly tokenCount: number;
  /** Of the best passage in it. */
  readonly score: number;
}

/** Passages for a language model, within the token budget. */
export interface AssembledContext {
  readonly passages: readonly ContextPassage[];
  readonly tokenCount: number;
}

/** Kinds of single values, in the order in which equal counts stand. */
export const facetValueKinds = ["keyword", "integer", "float", "boolean", "time"] as const;
export type FacetValueKind = (typeof facetValueKinds)[number];

/** One value, and how many documents have it. */
export interface FacetValue {
  /** As in the text of a filter. */
  readonly value: string;
  readonly kind: FacetValueKind;
  /** Documents. */
  readonly count: number;
}

/** Counts of the values of a field. */
export interface Facet {
  readonly field: string;
  /** The most frequent first. */
  readonly values: readonly FacetValue[];
  /** Documents that have the field. */
  readonly documentCount: number;
  /** By so much a count may be too low; 0: all are exact. */
  readonly errorMax: number;
}

/** A whole ranking, and what it is worth. */
export interface SearchUpdate {
  /** From 1, rising by 1. */
  readonly sequence: number;
  readonly final: boolean;
  readonly stage: Stage;
  readonly certificate: Certificate;
  /** With "reranked": of the ranking that was re-ordered. */
  readonly baseCertificate?: Certificate | undefined;
  /**
   * Recall of the exact top 10, as measured for such a search and pool. Absent when it was not
   * measured.
   */
  readonly expectedRecall?: number | undefined;
  readonly coverage: Coverage;
  /** That many leading hits will not change any more in this stream. */
  readonly settledCount: number;
  /** Of the hits' scores. */
  readonly scoreKind: ScoreKind;
  readonly generation: number;
  readonly timings: StageTimings;
  readonly degradations: readonly Degradation[];
  readonly hits: readonly SearchHit[];
  /** In the final update: a threshold has left nothing of what was found. */
  readonly abstained?: boolean | undefined;
  /** In the final update, when it was asked for. */
  readonly context?: AssembledContext | undefined;
  /** In the final update, when it was asked for: eligible documents. */
  readonly documentCount?: number | undefined;
  /** In the final update: one for each that was asked for. */
  readonly facets?: readonly Facet[] | undefined;
}

export const stage = words("STAGE_", stages);
export const certificate = words("CERTIFICATE_", certificates);

export const spanFields = { start: count, end: count } satisfies FieldTable<Span>;

export const degradationFields = {
  reason: anyText,
  message: { type: "text", bytesMax: Infinity, hidesFolders: true },
  stages: list(stage),
} satisfies FieldTable<Degradation>;

export const coverageFields = {
  eligible: count,
  sketchScored: count,
  maxSimScored: { ...count, wire: "maxsim_scored" },
  reranked: count,
  refined: optional(count),
} satisfies FieldTable<Coverage>;

export const timingFields = {
  queue: optional({ ...count, wire: "queue_us" }),
  encode: optional({ ...count, wire: "encode_us" }),
  lexical: optional({ ...count, wire: "lexical_us" }),
  candidates: optional({ ...count, wire: "candidates_us" }),
  lateInteraction: optional({ ...count, wire: "late_interaction_us" }),
  crossEncoder: optional({ ...count, wire: "cross_encoder_us" }),
  total: { ...count, wire: "total_us" },
} satisfies FieldTable<StageTimings>;

export const scorePartFields = {
  bm25: optional(figure),
  sketch: optional(figure),
  maxsim: optional(figure),
  crossEncoder: optional(figure),
  probability: optional(figure),
  softmax: optional(figure),
} satisfies FieldTable<ScoreParts>;

const payloadFields = {
  title: optional(anyText),
  text: optional(anyText),
  fields: optional({ type: "documentFields" }),
  highlights: optional(list(message(spanFields))),
} satisfies FieldTable<HitPayload>;

const hitFields = {
  key: anyText,
  rank: count,
  score: figure,
  parts: message(scorePartFields),
  passageNumber: count,
  span: message(spanFields),
  payload: optional(message(payloadFields)),
} satisfies FieldTable<SearchHit>;

const contextFields = {
  passages: list(
    message({
      key: anyText,
      title: anyText,
      span: message(spanFields),
      text: anyText,
      tokenCount: count,
      score: figure,
    } satisfies FieldTable<ContextPassage>),
  ),
  tokenCount: count,
} satisfies FieldTable<AssembledContext>;

const facetFields = {
  field: anyText,
  values: list(
    message({
      value: anyText,
      kind: words("FIELD_KIND_", facetValueKinds),
      count,
    } satisfies FieldTable<FacetValue>),
  ),
  documentCount: count,
  errorMax: count,
} satisfies FieldTable<Facet>;

/** Of proto SearchUpdate, and of an update as JSON. */
export const searchUpdateFields = {
  sequence: count,
  final: flag,
  stage,
  certificate,
  baseCertificate: optional(certificate),
  expectedRecall: optional(figure),
  coverage: message(coverageFields),
  settledCount: count,
  generation: count,
  timings: message(timingFields),
  degradations: list(message(degradationFields)),
  hits: list(message(hitFields)),
  abstained: implicit(flag),
  context: optional(message(contextFields)),
  documentCount: optional(count),
  facets: implicit(list(message(facetFields))),
  scoreKind: words("SCORE_KIND_", scoreKinds),
} satisfies FieldTable<SearchUpdate>;
