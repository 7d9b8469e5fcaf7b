// What the main thread asks of scoring workers, and what they answer. Shared memory crosses as
// handles.

import type { RefineQuery, TokenQuery } from "../codec/codec.js";
import type { RefineWidths } from "../codec/refine-plane.js";
import type { Filter } from "../core/filter.js";
import type { NearWord } from "../index/bm25/near-terms.js";
import type {
  Bm25Phrase,
  Bm25Query,
  Bm25Totals,
  LiveTermIds,
  NearPlaces,
} from "../index/bm25/query.js";
import type { FieldCounts } from "../index/columns/count-values.js";
import type { EligiblePassages } from "../index/eligible-passages.js";
import type { SegmentPart } from "../index/segment-parts.js";
import type { CodeBits, PackedQuery } from "../kernels/kernels.js";
import type { PartReferences } from "./part-cache.js";

export type ScoreTask =
  | FilterTask
  | DocumentCountTask
  | NearTask
  | LexicalTask
  | ScanTask
  | MaxSimTask
  | RefineTask
  | WindowsTask
  | ExplainTask;

/** Every answer is undefined when the cancel flag was raised: the work was not finished. */
export type ScoreAnswer =
  | FilterAnswer
  | DocumentCountAnswer
  | NearPlaces
  | LexicalAnswer
  | ScanAnswer
  | MaxSimAnswer
  | RefineAnswer
  | WindowsAnswer
  | ExplainAnswer
  | undefined;

/** A task on its way to a worker: parts by number, see part-cache.ts. */
export type WireTask = WithReferences<ScoreTask>;
type WithReferences<Task> = Task extends ScoreTask
  ? Omit<Task, "parts"> & { readonly parts: PartReferences }
  : never;

/** `missing`: the worker lacks the parts at these places; send the task again with them. */
export type WireAnswer =
  | { readonly kind: "answer"; readonly answer: ScoreAnswer }
  | { readonly kind: "missing"; readonly places: readonly number[] };

/**
 * Sent by the main thread to all scoring workers: a part's id will not be used again, or the
 * collection in a folder was closed. And what each of them answers to the latter.
 */
export type RetireMessage =
  | { readonly retired: number }
  | { readonly closedFolder: string }
  | { readonly releasedFolder: string };

interface TaskBase {
  readonly parts: readonly SegmentPart[];
  /**
   * Parallel to `parts`: passages that may be returned. Absent when all that are not deleted may.
   */
  readonly eligible?: EligiblePassages | undefined;
  /** See core/cancel-flag.ts. */
  readonly cancel: SharedArrayBuffer;
}

/** Which passages of flushed parts a filter lets through. */
export interface FilterTask extends TaskBase {
  readonly kind: "filter";
  /** Absent when every passage matches. */
  readonly filter: Filter | undefined;
  /** Documents with a passage that has one of these are not. */
  readonly excluded: readonly Bm25Phrase[];
  /** Beside `parts`: takes the passages that live and are let through. */
  readonly into: EligiblePassages;
}

export interface FilterAnswer {
  /** Passages let through, of all parts. */
  readonly passageCount: number;
}

/** Documents of flushed parts, and how many have each value of some fields. */
export interface DocumentCountTask extends TaskBase {
  readonly kind: "count";
  readonly fields: readonly string[];
}

export interface DocumentCountAnswer {
  readonly documentCount: number;
  /** One for each field of the task, in order. */
  readonly fields: readonly FieldCounts[];
}

/** Places of the terms that are near some words, in the dictionaries of flushed parts. */
export interface NearTask extends TaskBase {
  readonly kind: "near";
  readonly words: readonly NearWord[];
}

/** What BM25 of one query needs beside the parts. */
export interface Bm25Work {
  readonly query: Bm25Query;
  /** Beside `parts`: the query's terms in a live part; undefined for a flushed one. */
  readonly liveTermIds: readonly (LiveTermIds | undefined)[];
  /**
   * Beside `parts`: places of the terms near the query's misspelled words, which would otherwise be
   * looked up by each worker.
   */
  readonly nearPlaces?: NearPlaces | undefined;
  /** Over the whole generation. */
  readonly totals: Bm25Totals;
}

/**
 * The best passages of some parts by BM25. `parts` are all of the generation: statistics need them.
 */
export interface LexicalTask extends TaskBase {
  readonly kind: "lexical";
  readonly bm25: Bm25Work;
  /** Parts [from, to) whose passages are wanted. */
  readonly range: { readonly from: number; readonly to: number };
  readonly topCount: number;
  /** See index/bm25/top-passages.ts; the same for all tasks of one search. */
  readonly sharedThreshold: SharedArrayBuffer;
}

export interface LexicalAnswer {
  /** Passages of the generation that have each clause of the query. */
  readonly frequencies: readonly number[];
  /** The best passages with all ties of the last place, best first. */
  readonly top: ScoredPassages;
}

/** Sketches of some passages against the query's sketch. */
export interface ScanTask extends TaskBase {
  readonly kind: "scan";
  /** Passages [start, end) of a part; start is a multiple of 8. */
  readonly ranges: readonly {
    readonly part: number;
    readonly start: number;
    readonly end: number;
  }[];
  readonly query: PackedQuery;
  readonly bits: CodeBits;
  readonly topCount: number;
}

export interface ScanAnswer {
  /**
   * The best passages of the ranges with all ties of the last place; scores are the integers I(q,
   * d).
   */
  readonly top: ScoredPassages;
}

/** MaxSim of given passages, and their BM25 by each of some queries. */
export interface MaxSimTask extends TaskBase {
  readonly kind: "maxsim";
  /** Part and ordinal of each passage. */
  readonly partOf: Uint32Array;
  readonly ordinals: Uint32Array;
  readonly query: TokenQuery;
  readonly bits: CodeBits;
  /** With the frequencies that the lexical stage has counted. */
  readonly bm25: readonly (Bm25Work & { readonly frequencies: readonly number[] })[];
}

export interface MaxSimAnswer {
  /** One score a passage, in the order of the task; NaN: of a damaged part. */
  readonly scores: Float32Array;
  /** Exact BM25, one array a query, in the order of the task. */
  readonly bm25: readonly Float32Array[];
  /** Parts whose codes do not match their checksums; none of their passages is scored. */
  readonly damages: readonly PartDamage[];
}

/** MaxSim of given passages by their refine plane. */
export interface RefineTask extends TaskBase {
  readonly kind: "refine";
  /** Part and ordinal of each passage. */
  readonly partOf: Uint32Array;
  readonly ordinals: Uint32Array;
  readonly query: RefineQuery;
  readonly refine: RefineWidths & { readonly dim: number };
}

/** Scores in the order of the task; NaN: of a passage whose codes are damaged. */
export type RefineAnswer = Pick<MaxSimAnswer, "scores" | "damages">;

/** Where given passages answer a query best. */
export interface WindowsTask extends TaskBase {
  readonly kind: "windows";
  /** Part and ordinal of each passage. */
  readonly partOf: Uint32Array;
  readonly ordinals: Uint32Array;
  readonly query: PackedQuery;
  readonly bits: CodeBits;
  readonly windowTokens: number;
}

/** One entry a passage, in the order of the task. */
export interface WindowsAnswer {
  /** First token of the best window; 0: the passage is no longer than a window. */
  readonly starts: Uint32Array;
  /** Tokens of the passage; 0: its codes are damaged. */
  readonly tokenCounts: Uint32Array;
}

/** One passage, token by token and term by term. `parts` is the passage's part alone. */
export interface ExplainTask extends TaskBase {
  readonly kind: "explain";
  readonly ordinal: number;
  readonly query: PackedQuery;
  readonly bits: CodeBits;
  /** Absent when there is no refine plane. With a query, tokens are compared by that plane. */
  readonly refine?:
    (RefineTask["refine"] & { readonly query: Float32Array | undefined }) | undefined;
  readonly bm25: MaxSimTask["bm25"];
}

export interface ExplainAnswer {
  /** Beside the query's tokens: the best of the passage's, from 0, and its part of MaxSim. */
  readonly tokens: Uint32Array;
  readonly scores: Float32Array;
  /** Clauses that the passage has, for each query of the task. */
  readonly clauses: readonly (readonly {
    readonly clause: number;
    readonly count: number;
    readonly score: number;
  }[])[];
  /** A copy of the passage's packed vectors. */
  readonly codes: Uint8Array;
  /** And of those of its refine plane. Absent when the task asks for none. */
  readonly refineCodes: Uint8Array | undefined;
  /** The codes do not match their checksum; nothing else is returned. */
  readonly damage: string | undefined;
}

/** A part of the task, by its place, and what is wrong with it. */
export interface PartDamage {
  readonly part: number;
  readonly message: string;
}

export interface ScoredPassages {
  readonly parts: Uint32Array;
  readonly ordinals: Uint32Array;
  readonly scores: Float32Array | Int32Array;
}
