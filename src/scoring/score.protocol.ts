// What the main thread asks of scoring workers, and what they answer. Shared memory crosses as handles.

import type { Bm25Term, Bm25Totals } from "../index/bm25/bm25.js";
import type { EligibleRows } from "../index/eligible-rows.js";
import type { SegmentPart } from "../index/segment-parts.js";
import type { CodeBits, PackedQuery } from "../kernels/kernels.js";
import type { PartReference } from "./part-cache.js";

export type ScoreTask = LexicalTask | ScanTask | MaxSimTask;

/** Every answer is undefined when the cancel flag was raised: the work was not finished. */
export type ScoreAnswer = LexicalAnswer | ScanAnswer | MaxSimAnswer | undefined;

/** A task on its way to a worker: parts by number, see part-cache.ts. */
export type WireTask = WithReferences<LexicalTask | ScanTask | MaxSimTask>;
type WithReferences<Task> = Task extends ScoreTask
  ? Omit<Task, "parts"> & { readonly parts: readonly PartReference[] }
  : never;

/** `missing`: the worker lacks these parts; send the task again with them. */
export type WireAnswer =
  | { readonly kind: "answer"; readonly answer: ScoreAnswer }
  | { readonly kind: "missing"; readonly ids: readonly number[] };

/**
 * What the main thread tells all scoring workers: a part's number will not be named again, or the
 * collection in a folder was closed.
 */
export type RetireMessage = { readonly retired: number } | { readonly closedFolder: string };

interface TaskBase {
  readonly parts: readonly SegmentPart[];
  /** Beside `parts`: rows that may be returned. Undefined: all that are not deleted. */
  readonly eligible?: EligibleRows | undefined;
  /** See core/cancel-flag.ts. */
  readonly cancel: SharedArrayBuffer;
}

/** BM25 of every passage. */
export interface LexicalTask extends TaskBase {
  readonly kind: "lexical";
  readonly terms: readonly Bm25Term[];
  /** Ids of the terms in each live part, by its place in `parts`, -1 where unknown. */
  readonly liveTermIds: readonly (Int32Array | undefined)[];
  readonly totals: Bm25Totals;
  readonly topCount: number;
}

export interface LexicalAnswer {
  /** float32, one a row, the parts one after another. */
  readonly scores: SharedArrayBuffer;
  /** The best rows with all ties of the last place, best first. */
  readonly top: ScoredRows;
}

/** Sketches of some rows against the query's sketch. */
export interface ScanTask extends TaskBase {
  readonly kind: "scan";
  /** Rows [start, end) of a part; start is a multiple of 8. */
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
  /** The best rows of the ranges with all ties of the last place; scores are the integers I(q, d). */
  readonly top: ScoredRows;
}

/** MaxSim of given passages. */
export interface MaxSimTask extends TaskBase {
  readonly kind: "maxsim";
  /** Part and row of each passage. */
  readonly partOf: Uint32Array;
  readonly rows: Uint32Array;
  readonly query: PackedQuery;
  readonly bits: CodeBits;
}

export interface MaxSimAnswer {
  /** One score a passage, in the order of the task; NaN: of a damaged part. */
  readonly scores: Float32Array;
  /** Parts whose codes do not match their checksums; none of their passages is scored. */
  readonly damages: readonly PartDamage[];
}

/** A part of the task, by its place, and what is wrong with it. */
export interface PartDamage {
  readonly part: number;
  readonly message: string;
}

export interface ScoredRows {
  readonly parts: Uint32Array;
  readonly rows: Uint32Array;
  readonly scores: Float32Array | Int32Array;
}
