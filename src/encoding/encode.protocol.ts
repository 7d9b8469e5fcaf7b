// What the main thread asks of encoding workers, and what they answer.

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
  readonly kernel: KernelChoice | undefined;
  /** Loaded before the worker takes its first task. */
  readonly models: readonly OpenedModel[];
  /** Where tasks find rows that are given; see given-batches.ts. */
  readonly stages: readonly SharedArrayBuffer[];
  /** On Linux the thread then has a lower priority than the others. */
  readonly isBackground: boolean;
  /** int32: workers that have loaded their models, or failed to. */
  readonly started: SharedArrayBuffer;
}

export interface QueryTask {
  readonly kind: "query";
  readonly model: OpenedModel;
  readonly codec: CodecOptions;
  readonly text: string;
  /** See core/cancel-flag.ts: looked at before the work starts. */
  readonly cancel: SharedArrayBuffer;
}

/** A document that is encoded at once when it is one passage, and only split when it is more. */
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

/** Given vectors become one passage of the whole text each. Answered by a batch in their order. */
export interface VectorsTask {
  readonly kind: "vectors";
  readonly codec: CodecOptions;
  readonly analyzer: AnalyzerSettings;
  /** Where the rows of all documents lie: the number of a stage, or bytes of their own. */
  readonly rows: number | Uint8Array;
  readonly documents: readonly VectorsDocument[];
}

export interface VectorsDocument {
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly type: VectorType;
  readonly dim: number;
  /** Place of its rows, in bytes; a multiple of 8. */
  readonly start: number;
  readonly end: number;
}

/** The tokens behind a query's rows and behind those of one passage of a document. */
export interface TraceTask {
  readonly kind: "trace";
  readonly model: OpenedModel;
  readonly codec: CodecOptions;
  readonly query: string;
  readonly document: DocumentText;
  readonly passageNumber: number;
}

export interface TracedPassage {
  /** One for each row. */
  readonly tokens: readonly TokenTrace[];
  readonly passage: Passage;
  /** Packed rows as the model gives them today. */
  readonly codes: Uint8Array;
}

/** Texts scored against a query: by a cross-encoder, pair by pair. */
export interface PairsTask {
  readonly kind: "pairs";
  readonly model: OpenedModel;
  readonly query: string;
  readonly texts: readonly string[];
  readonly pooling: WindowPooling;
  readonly cancel: SharedArrayBuffer;
}

/** The query's unit rows as they are, for scoring given texts. */
export interface RowsTask {
  readonly kind: "rows";
  readonly model: OpenedModel;
  readonly text: string;
}

/** Texts scored against a query's rows: by late interaction of unpacked rows. */
export interface TextsTask {
  readonly kind: "texts";
  readonly model: OpenedModel;
  readonly query: TokenMatrix;
  readonly texts: readonly string[];
  readonly pooling: WindowPooling;
  readonly cancel: SharedArrayBuffer;
}

/** Tokens of each text, without specials. */
export interface CountTask {
  readonly kind: "count";
  /** Of any kind: only its tokenizer is used. */
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
  /** `passage` undefined: the document would not be split into that many. */
  | {
      readonly kind: "trace";
      readonly query: readonly TokenTrace[];
      readonly passage: TracedPassage | undefined;
    }
  /** One for each text. */
  | { readonly kind: "relevances"; readonly relevances: readonly number[] }
  | { readonly kind: "rows"; readonly rows: TokenMatrix }
  | { readonly kind: "counts"; readonly counts: readonly number[] }
  /** An error with a reason: classes do not survive the way between threads. */
  | {
      readonly kind: "failed";
      readonly reason: ErrorReason;
      readonly message: string;
      readonly field: string | undefined;
    };

/** The answer, unless it is a failure: then that is thrown as the error it was. */
export function toSuccess(answer: EncodeAnswer): EncodeAnswer {
  if (answer.kind !== "failed") return answer;
  const { reason, message, field } = answer;
  throw new SluiceError(reason, message, field === undefined ? {} : { field });
}

/** The answer of a task that makes one passage; throws its failure. */
export function toPassage(answer: EncodeAnswer | undefined): PreparedPassage {
  const success = answer && toSuccess(answer);
  if (success?.kind !== "prepared") throw new Error("a passage task has a passage as its answer");
  return success.passage;
}

/** The figures of a task that scores texts; throws its failure. */
export function toRelevances(answer: EncodeAnswer): readonly number[] {
  const success = toSuccess(answer);
  if (success.kind !== "relevances") throw new Error("scored texts have relevances");
  return success.relevances;
}

/** The rows of a task that makes them; throws its failure. */
export function toRows(answer: EncodeAnswer): TokenMatrix {
  const success = toSuccess(answer);
  if (success.kind !== "rows") throw new Error("a rows task has rows as its answer");
  return success.rows;
}

/** The counts of a task that counts; throws its failure. */
export function toCounts(answer: EncodeAnswer): readonly number[] {
  const success = toSuccess(answer);
  if (success.kind !== "counts") throw new Error("a count task has counts as its answer");
  return success.counts;
}
