// What a search asks for. proto/sluice/v1/search.proto documents each field for callers.

import type { GivenVectors } from "../core/document.js";
import type { Filter } from "../core/filter.js";

/** How the lexical and the sketch ranking are merged into the order in which MaxSim scores. */
export type FusionMethod = "reciprocal_rank" | "min_max";

/** When title, text and fields travel with a hit. */
export type PayloadMode = "every_update" | "on_first_appearance";

/** Whose turn is first when searches wait; low is for batches. */
export type Priority = "high" | "normal" | "low";

/** How the windows of a long passage become one figure. */
export type WindowPooling = "best" | "mean";

/** Best first, or best at both ends, where language models look first. */
export type ContextOrder = "best_first" | "edges_first";

/** Milliseconds that each stage may take at most; undefined: no limit of its own. 0: left out. */
export interface StageBudgets {
  readonly encodeMs?: number | undefined;
  readonly lexicalMs?: number | undefined;
  readonly candidatesMs?: number | undefined;
  readonly lateInteractionMs?: number | undefined;
  readonly crossEncoderMs?: number | undefined;
}

/** One way to ask: words, or token rows, or both. */
export interface Phrasing {
  readonly text: string;
  readonly vectors?: GivenVectors | undefined;
}

export interface RerankRequestOptions {
  /** Name of a model; empty or undefined: the server's default. */
  readonly model?: string | undefined;
  /** Documents to re-rank, 1 to limits.hitCountMax; undefined: the server's default. */
  readonly depth?: number | undefined;
  /** Weight of the cross-encoder's part, in [0, 1]; undefined: the server's default. */
  readonly weight?: number | undefined;
  /** How the windows of a long passage become one figure; undefined: the best one counts. */
  readonly pooling?: WindowPooling | undefined;
}

export interface ContextRequest {
  /** 1 to limits.contextTokensMax. */
  readonly tokenBudget: number;
  readonly order: ContextOrder;
  /** Model whose tokens count; empty or undefined: the collection's, else the server's default. */
  readonly tokenizer?: string | undefined;
}

export interface SearchRequest {
  readonly collection: string;
  /** Words of the query; may be empty when vectors are given (then there is no lexical stage). */
  readonly text: string;
  /** Query token rows; then the model is not asked. */
  readonly vectors?: GivenVectors | undefined;
  /** Other phrasings of the same question, up to limits.otherQueryCountMax; undefined: none. */
  readonly otherQueries?: readonly Phrasing[] | undefined;
  /** Only passages of documents that it lets through are eligible; undefined: all are. */
  readonly filter?: Filter | undefined;
  /** Hits wanted, 1 to limits.hitCountMax; undefined: limits.hitCountDefault. */
  readonly k?: number | undefined;
  /** Score every eligible passage by MaxSim: the final certificate is EXACT. */
  readonly exhaustive: boolean;
  /** Best sketches that become candidates; undefined: the server's default. */
  readonly sketchPoolSize?: number | undefined;
  /** Choose the pool whose measured recall reaches this, in (0, 1]; not with sketchPoolSize. */
  readonly minRecall?: number | undefined;
  /** Best BM25 passages that become candidates; undefined: the server's default. */
  readonly lexicalPoolSize?: number | undefined;
  /** Weight of the lexical part of the score; undefined: the server's default. */
  readonly lexicalWeight?: number | undefined;
  readonly fusion?: FusionMethod | undefined;
  /** Hits whose relevance is below this are left out, from late interaction on. */
  readonly minScore?: number | undefined;
  /** Hits whose probability by the collection's score map is below this are left out; in (0, 1]. */
  readonly minProbability?: number | undefined;
  /** Tell each hit's share: softmax of score / temperature over the hits; above 0. */
  readonly softmaxTemperature?: number | undefined;
  /** Misspelled words are found, too; undefined: no. */
  readonly typos?: boolean | undefined;
  /** The last word finds words that begin so; undefined: no. */
  readonly lastWordBegins?: boolean | undefined;
  /** Hits of each value of `field`, 1 to 100; undefined: no groups. */
  readonly groupBy?: { readonly field: string; readonly size: number } | undefined;
  /** Field of which each value may occur once in a ranking. */
  readonly dedupeField?: string | undefined;
  /** Soft limit, milliseconds; undefined: none. */
  readonly budgetMs?: number | undefined;
  /** Limits of single stages; undefined: none has one. */
  readonly stageBudgets?: StageBudgets | undefined;
  /** Least time between two updates, milliseconds; undefined: the server's default. */
  readonly minUpdateIntervalMs?: number | undefined;
  /** Wait until the write with this sequence is visible. */
  readonly minSequence?: number | undefined;
  /** Undefined: normal. */
  readonly priority?: Priority | undefined;
  /** A cross-encoder re-orders the top; undefined: none is asked for. */
  readonly rerank?: RerankRequestOptions | undefined;
  /** Assemble a context from the final ranking; undefined: no. */
  readonly context?: ContextRequest | undefined;
  readonly payload: {
    readonly mode: PayloadMode;
    readonly title: boolean;
    readonly text: boolean;
    readonly fields: boolean;
    /** Places in the text that match the query's words; undefined: no. */
    readonly highlights?: boolean | undefined;
  };
}
