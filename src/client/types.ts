// What the client takes and gives: plain values, none of the wire's.

import type { FieldValue, GivenVectors, Span } from "../core/document.js";
import type { Filter } from "../core/filter.js";
import type { ClientScoreMap } from "./score-maps.js";

export type SearchStage = "lexical" | "candidates" | "late_interaction" | "cross_encoder";
export type SearchCertificate = "lexical" | "estimate" | "exact" | "reranked";

/** One search; proto/sluice/v1/search.proto tells units, ranges and defaults. */
export interface ClientPhrasing {
  /** Words; may be left out when vectors are given. */
  readonly text?: string | undefined;
  readonly vectors?: GivenVectors | undefined;
}

export interface ClientSearchRequest extends ClientPhrasing {
  readonly collection: string;
  /** Other phrasings of the same question, up to 15: a hit's score is the mean over all of them. */
  readonly otherQueries?: readonly ClientPhrasing[] | undefined;
  /** Only documents that it lets through are eligible. */
  readonly filter?: Filter | undefined;
  readonly k?: number | undefined;
  readonly exhaustive?: boolean | undefined;
  readonly sketchPoolSize?: number | undefined;
  /** Choose the pool whose measured recall reaches this, in (0, 1]; not with sketchPoolSize. */
  readonly minRecall?: number | undefined;
  readonly lexicalPoolSize?: number | undefined;
  readonly lexicalWeight?: number | undefined;
  readonly fusion?: "reciprocal_rank" | "min_max" | undefined;
  readonly minScore?: number | undefined;
  /** Leave out hits of a lower probability, in (0, 1]; needs a score map for such a search. */
  readonly minProbability?: number | undefined;
  /** Tell each hit's softmax of score / this; above 0. */
  readonly softmaxTemperature?: number | undefined;
  /** Misspelled words are found, too; default no, in sessions yes. */
  readonly typos?: boolean | undefined;
  /** The last word finds words that begin so; default no, in sessions yes. */
  readonly lastWordBegins?: boolean | undefined;
  /** At most `size` hits (default 1) with the same value of a keyword, integer or boolean field. */
  readonly groupBy?: { readonly field: string; readonly size?: number } | undefined;
  /** Field of which each value may occur once in a ranking. */
  readonly dedupeField?: string | undefined;
  readonly budgetMs?: number | undefined;
  /** The most that single stages may take, milliseconds; 0: left out. */
  readonly stageBudgets?:
    | {
        readonly encodeMs?: number | undefined;
        readonly lexicalMs?: number | undefined;
        readonly candidatesMs?: number | undefined;
        readonly lateInteractionMs?: number | undefined;
        readonly crossEncoderMs?: number | undefined;
      }
    | undefined;
  readonly minUpdateIntervalMs?: number | undefined;
  readonly minSequence?: number | undefined;
  /** Default normal; low is for batches. */
  readonly priority?: "high" | "normal" | "low" | undefined;
  /** A cross-encoder re-orders the top; what is left out is the server's default. */
  readonly rerank?:
    | {
        readonly model?: string | undefined;
        readonly depth?: number | undefined;
        readonly weight?: number | undefined;
        readonly windowPooling?: "best" | "mean" | undefined;
      }
    | undefined;
  /** Assemble a context for a language model from the final ranking. */
  readonly context?:
    | {
        readonly tokenBudget: number;
        /** Default best_first. */
        readonly order?: "best_first" | "edges_first" | undefined;
        /** Model whose tokens count; default the collection's. */
        readonly tokenizer?: string | undefined;
      }
    | undefined;
  readonly payload?:
    | {
        readonly mode?: "every_update" | "on_first_appearance" | undefined;
        /** Each of them: default true. */
        readonly title?: boolean | undefined;
        readonly text?: boolean | undefined;
        readonly fields?: boolean | undefined;
        /** Default false. */
        readonly highlights?: boolean | undefined;
      }
    | undefined;
}

export interface ClientSearchUpdate {
  /** From 1, rising by 1. */
  readonly sequence: number;
  readonly final: boolean;
  readonly stage: SearchStage;
  readonly certificate: SearchCertificate;
  /** With "reranked": of the ranking that was re-ordered. */
  readonly baseCertificate?: SearchCertificate | undefined;
  /** Absent when not measured. */
  readonly expectedRecall?: number | undefined;
  /** Passages. */
  readonly coverage: {
    readonly eligible: number;
    readonly sketchScored: number;
    readonly maxSimScored: number;
    readonly reranked: number;
  };
  readonly settledCount: number;
  readonly generation: number;
  readonly timings: ClientTimings;
  readonly degradations: readonly {
    readonly reason: string;
    readonly message: string;
    readonly stages: readonly SearchStage[];
  }[];
  readonly hits: readonly ClientSearchHit[];
  /** In the final update: a threshold has left none of what was scored. */
  readonly abstained?: boolean | undefined;
  /** In the final update, when it was asked for. */
  readonly context?: ClientContext | undefined;
}

export interface ClientContext {
  readonly passages: readonly {
    readonly key: string;
    readonly title: string;
    /** In UTF-16 code units of the document's text. */
    readonly span: Span;
    readonly text: string;
    readonly tokenCount: number;
    readonly score: number;
  }[];
  readonly tokenCount: number;
}

/** Microseconds; undefined: the stage did not run. */
export interface ClientTimings {
  readonly queue?: number | undefined;
  readonly encode?: number | undefined;
  readonly lexical?: number | undefined;
  readonly candidates?: number | undefined;
  readonly lateInteraction?: number | undefined;
  readonly crossEncoder?: number | undefined;
  readonly total: number;
}

export interface ClientSearchHit {
  readonly key: string;
  /** From 1. */
  readonly rank: number;
  readonly score: number;
  readonly parts: {
    readonly bm25?: number | undefined;
    readonly sketch?: number | undefined;
    readonly maxsim?: number | undefined;
    readonly crossEncoder?: number | undefined;
    readonly probability?: number | undefined;
    readonly softmax?: number | undefined;
  };
  readonly passageNumber: number;
  /** In UTF-16 code units of the document's text. */
  readonly span: Span;
  readonly payload?:
    | {
        readonly title?: string | undefined;
        readonly text?: string | undefined;
        readonly fields: ReadonlyMap<string, FieldValue>;
        /** Places in the text that match the query's words; empty when not asked for. */
        readonly highlights?: readonly Span[] | undefined;
      }
    | undefined;
}

export interface ClientStoredDocument {
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly fields: ReadonlyMap<string, FieldValue>;
  readonly sequence: number;
  readonly passageCount: number;
}

export interface ClientCollectionSettings {
  readonly name: string;
  readonly modelName?: string | undefined;
  readonly modelFingerprint?: string | undefined;
  readonly dim: number;
  readonly bits: number;
  readonly sketchBits: number;
  readonly analyzer: "english" | "unicode";
  readonly analyzerVersion: number;
  /** A language, or "none". */
  readonly stemmer: string;
  /** A language, or "none". */
  readonly stopWords: string;
  /** Unsigned. */
  readonly seed: number;
}

/** How far a long job on the server has come. */
export interface ClientProgress {
  readonly step: string;
  /** Units of work done in this step. */
  readonly done: number;
  /** Units of work in this step; 0: not known. */
  readonly total: number;
  /** True in the last one of a job that went well. */
  readonly isFinished: boolean;
}

export interface ClientCollection {
  readonly settings: ClientCollectionSettings;
  readonly documentCount: number;
  readonly passageCount: number;
  readonly tokenCount: number;
  readonly generation: number;
  readonly lastSequence: number;
  readonly segmentCount: number;
  readonly diskBytes: number;
  readonly kernel: string;
  /** Undefined: it was never measured. */
  readonly recall?: ClientRecall | undefined;
  /** From scores to probabilities. */
  readonly scoreMaps: readonly ClientScoreMap[];
}

/** Something in the server's data folder that is not served and was neither changed nor deleted. */
export interface ClientFinding {
  /** Relative to the data folder. */
  readonly place: string;
  readonly kind: "damaged" | "duplicate" | "unfinished" | "foreign" | "link" | "unknown";
  readonly message: string;
}

/** A collection that is not served; every call that names it gets this error. */
export interface ClientRefusedCollection {
  readonly name: string;
  readonly reason: string;
  readonly message: string;
}

export interface ClientSurvey {
  readonly collections: readonly ClientCollection[];
  readonly refused: readonly ClientRefusedCollection[];
  readonly findings: readonly ClientFinding[];
}

export interface ClientDescription extends ClientCollection {
  /** In the whole data folder. */
  readonly findings: readonly ClientFinding[];
}

/** Recall by pool size, as `calibrate` measured it. */
export interface ClientRecall {
  /** By rising pool size. */
  readonly estimates: readonly ClientRecallEstimate[];
  /** Share of queries that reach a lower bound. */
  readonly confidence: number;
  /** False: they were drawn from the passages. */
  readonly areSamplesGiven: boolean;
  readonly generation: number;
  readonly passageCount: number;
  /** Too much has changed since: calibrate again. */
  readonly isStale: boolean;
}

export interface ClientRecallEstimate {
  /** Candidates by sketch. */
  readonly poolSize: number;
  /** Mean share of the exact top 10 that was in the pool. */
  readonly recall: number;
  /** What at least the share `confidence` of queries like the samples reaches. */
  readonly recallLowerBound: number;
  readonly sampleCount: number;
}

export interface ClientCreateCollection {
  readonly name: string;
  readonly modelName?: string | undefined;
  readonly dim?: number | undefined;
  readonly bits?: number | undefined;
  readonly sketchBits?: number | undefined;
  readonly analyzer?: "english" | "unicode" | undefined;
  /** A language, or "none"; undefined: what goes with the analyzer. */
  readonly stemmer?: string | undefined;
  readonly stopWords?: string | undefined;
  readonly ifNotExists?: boolean | undefined;
}

export interface ClientSnapshot {
  readonly name: string;
  /** Name of the collection that it is a copy of. */
  readonly collection: string;
  readonly lastSequence: number;
  readonly bytes: number;
}

/** A document that is durable and visible. */
export interface ClientIngestAck {
  /** Number of the document among those given, from 1. */
  readonly clientSequence: number;
  readonly key: string;
  readonly sequence: number;
  readonly passageCount: number;
}

/** A document that was refused or failed; the others go on. */
export interface ClientIngestError {
  readonly clientSequence: number;
  readonly key: string;
  readonly reason: string;
  readonly message: string;
  readonly field: string | undefined;
  readonly retryable: boolean;
}

export interface ClientIngestSummary {
  readonly acknowledgedCount: number;
  readonly failedCount: number;
  /** Highest sequence of the acks; 0 when there is none. Usable as a search's minSequence. */
  readonly lastSequence: number;
}
