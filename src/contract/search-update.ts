// What a search streams: whole rankings, each with what it is worth. The contract is proto/sluice/v1/README.md.

import type { Fields, Span } from "../core/document.js";

export type Stage = "lexical" | "candidates" | "late_interaction" | "cross_encoder";

export type Certificate = "lexical" | "estimate" | "exact" | "reranked";

export type DegradationReason =
  | "BUDGET_EXHAUSTED"
  | "DEADLINE_REACHED"
  | "GENERATION_EXPIRED"
  | "ENCODER_FAILED"
  | "NO_QUERY_VECTORS"
  | "CROSS_ENCODER_ABSENT"
  | "CROSS_ENCODER_FAILED"
  | "CORRUPT_PASSAGES"
  | "PRESSURE_REDUCED"
  | "QUERY_CUT";

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
}

/** Microseconds spent in each stage so far; undefined: not run. */
export interface StageTimings {
  readonly queue?: number;
  readonly encode?: number;
  readonly lexical?: number;
  readonly candidates?: number;
  readonly lateInteraction?: number;
  readonly crossEncoder?: number;
  readonly total: number;
}

/** Parts of a score; undefined: not known at this stage. */
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

export interface SearchHit {
  readonly key: string;
  /** From 1. */
  readonly rank: number;
  readonly score: number;
  readonly parts: ScoreParts;
  /** Number of the best passage in its document, from 0, and its place in the text. */
  readonly passageNumber: number;
  readonly span: Span;
  /** Present as the request's payload asks. */
  readonly payload?:
    | {
        readonly title?: string;
        readonly text?: string;
        readonly fields?: Fields;
        /** In order, apart from each other. */
        readonly highlights?: readonly Span[];
      }
    | undefined;
}

export interface ContextPassage {
  readonly key: string;
  readonly title: string;
  readonly span: Span;
  readonly text: string;
  readonly tokenCount: number;
  /** Of the best passage in it. */
  readonly score: number;
}

export interface AssembledContext {
  readonly passages: readonly ContextPassage[];
  readonly tokenCount: number;
}

export interface SearchUpdate {
  /** From 1, rising by 1. */
  readonly sequence: number;
  readonly final: boolean;
  readonly stage: Stage;
  readonly certificate: Certificate;
  /** With "reranked": of the ranking that was re-ordered. */
  readonly baseCertificate?: Certificate | undefined;
  /** Of the exact top 10, as measured for such a search and pool; undefined: not known. */
  readonly expectedRecall?: number | undefined;
  readonly coverage: Coverage;
  /** That many leading hits will not change any more in this stream. */
  readonly settledCount: number;
  readonly generation: number;
  readonly timings: StageTimings;
  readonly degradations: readonly Degradation[];
  readonly hits: readonly SearchHit[];
  /** In the final update: a threshold has left nothing of what was found. */
  readonly abstained?: boolean | undefined;
  /** In the final update, when it was asked for. */
  readonly context?: AssembledContext | undefined;
}
