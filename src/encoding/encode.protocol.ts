// Messages between the main thread and encoding workers.

import type { AnalyzerSettings } from "../analysis/settings.js";
import type { CodecOptions, EncodedQuery } from "../codec/codec.js";
import type { VectorType } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import type { ErrorReason } from "../core/errors.js";
import type { OpenedModel } from "../encoders/model-folder.js";
import type { TokenMatrix } from "../core/token-matrix.js";
import type { WindowPooling } from "../contract/search-request.js";
import type { DocumentText, Passage } from "../encoders/passages.js";
import type { TokenTrace } from "../encoders/tokenizer.js";
import type { KernelChoice } from "../kernels/load-kernels.js";
import type { PreparedPassage } from "./prepared-passage.js";

export interface EncodeWorkerData {
  /** As loaded by the main thread. */
  readonly kernel: KernelChoice;
  /** Models that are loaded before the first task. */
  readonly models: readonly OpenedModel[];
  /** Shared memory of precomputed vectors; see precomputed-batches.ts. */
  readonly stages: readonly SharedArrayBuffer[];
  /** Lowers the thread's priority, on Linux. */
  readonly isBackground: boolean;
  /** int32: number of workers that have finished loading their models, successfully or not. */
  readonly started: SharedArrayBuffer;
}

export interface QueryTask {
  readonly kind: "query";
  readonly model: OpenedModel;
  readonly codec: CodecOptions;
  readonly text: string;
  /** Rows that it may have; a longer text is cut. */
  readonly rowCountMax: number;
  /** See core/cancel-flag.ts. Checked before the task starts. */
  readonly cancel: SharedArrayBuffer;
}

/** A document. It is encoded when it is a single passage, otherwise only split. */
export interface DocumentTask {
  readonly kind: "document";
  readonly model: OpenedModel;
  readonly codec: CodecOptions;
  readonly analyzer: AnalyzerSettings;
  readonly title: string;
  readonly text: string;
}

export interface PassageTask {
  readonly kind: "passage";
  readonly model: OpenedModel;
  readonly codec: CodecOptions;
  readonly analyzer: AnalyzerSettings;
  readonly passage: Passage;
}

/**
 * Documents with precomputed vectors; each becomes one passage. The answer is a batch in their
 * order.
 */
export interface VectorsTask {
  readonly kind: "vectors";
  readonly codec: CodecOptions;
  readonly analyzer: AnalyzerSettings;
  /** The vectors of all documents: the index of a stage, or the bytes themselves. */
  readonly rows: number | Uint8Array;
  readonly documents: readonly VectorsDocument[];
}

export interface VectorsDocument {
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly type: VectorType;
  readonly dim: number;
  /** Byte offset of its vectors; a multiple of 8. */
  readonly start: number;
  readonly end: number;
}

/** Traces the tokens behind the vectors of a query and of one passage of a document. */
export interface TraceTask {
  readonly kind: "trace";
  readonly model: OpenedModel;
  readonly codec: CodecOptions;
  readonly query: string;
  readonly document: DocumentText;
  readonly passageNumber: number;
}

export interface TracedPassage {
  /** One per vector. */
  readonly tokens: readonly TokenTrace[];
  readonly passage: Passage;
  /** Packed vectors as the model produces them now. */
  readonly codes: Uint8Array;
}

/** Scores texts against a query with a cross-encoder. */
export interface PairsTask {
  readonly kind: "pairs";
  readonly model: OpenedModel;
  readonly query: string;
  readonly texts: readonly string[];
  readonly pooling: WindowPooling;
  readonly cancel: SharedArrayBuffer;
}

/** The query's token vectors, for scoring texts that the caller sends. */
export interface RowsTask {
  readonly kind: "rows";
  readonly model: OpenedModel;
  readonly text: string;
}

/** Scores texts against a query's vectors by MaxSim of unpacked vectors. */
export interface TextsTask {
  readonly kind: "texts";
  readonly model: OpenedModel;
  readonly query: TokenMatrix;
  readonly texts: readonly string[];
  readonly pooling: WindowPooling;
  readonly cancel: SharedArrayBuffer;
}

/** Counts the tokens of each text, without special tokens. */
export interface CountTask {
  readonly kind: "count";
  /** A model of any kind; only its tokenizer is used. */
  readonly model: OpenedModel;
  readonly texts: readonly string[];
}

export type EncodeTask =
  | QueryTask
  | DocumentTask
  | PassageTask
  | VectorsTask
  | TraceTask
  | PairsTask
  | RowsTask
  | TextsTask
  | CountTask;

export type EncodeAnswer =
  | { readonly kind: "query"; readonly query: EncodedQuery }
  | { readonly kind: "prepared"; readonly passage: PreparedPassage }
  | { readonly kind: "batch"; readonly answers: readonly EncodeAnswer[] }
  | { readonly kind: "split"; readonly passages: readonly Passage[] }
  /** `passage` is undefined when the document has fewer passages. */
  | {
      readonly kind: "trace";
      readonly query: readonly TokenTrace[];
      readonly passage: TracedPassage | undefined;
    }
  /** One per text. */
  | { readonly kind: "relevances"; readonly relevances: readonly number[] }
  | { readonly kind: "rows"; readonly rows: TokenMatrix }
  | { readonly kind: "counts"; readonly counts: readonly number[] }
  /** An error with a reason, since error classes do not survive the transfer between threads. */
  | {
      readonly kind: "failed";
      readonly reason: ErrorReason;
      readonly message: string;
      readonly field: string | undefined;
    };

/** Returns the answer, or throws the error that it carries. */
export function toSuccess(answer: EncodeAnswer): EncodeAnswer {
  if (answer.kind !== "failed") return answer;
  const { reason, message, field } = answer;
  throw new SluiceError(reason, message, field === undefined ? {} : { field });
}

/** The passage of an answer; throws its failure. */
export function toPassage(answer: EncodeAnswer | undefined): PreparedPassage {
  const success = answer && toSuccess(answer);
  if (success?.kind !== "prepared") throw new Error("a passage task has a passage as its answer");
  return success.passage;
}

/** The relevances of an answer; throws its failure. */
export function toRelevances(answer: EncodeAnswer): readonly number[] {
  const success = toSuccess(answer);
  if (success.kind !== "relevances") throw new Error("scored texts have relevances");
  return success.relevances;
}

/** The vectors of an answer; throws its failure. */
export function toRows(answer: EncodeAnswer): TokenMatrix {
  const success = toSuccess(answer);
  if (success.kind !== "rows") throw new Error("a rows task has rows as its answer");
  return success.rows;
}

/** The counts of an answer; throws its failure. */
export function toCounts(answer: EncodeAnswer): readonly number[] {
  const success = toSuccess(answer);
  if (success.kind !== "counts") throw new Error("a count task has counts as its answer");
  return success.counts;
}
