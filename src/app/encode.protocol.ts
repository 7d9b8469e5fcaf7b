// What the main thread asks of encoding workers, and what they answer.

import type { AnalyzerName } from "../analysis/analyzer.js";
import type { CodecOptions, EncodedQuery } from "../codec/codec.js";
import type { GivenVectors } from "../core/document.js";
import type { ErrorReason } from "../core/errors.js";
import type { OpenedModel } from "../encoders/model-folder.js";
import type { Passage } from "../encoders/passages.js";
import type { KernelChoice } from "../kernels/load-kernels.js";
import type { PreparedPassage } from "../ingest/write-operations.js";

export interface EncodeWorkerData {
  readonly kernel: KernelChoice | undefined;
  /** Loaded before the worker takes its first task. */
  readonly models: readonly OpenedModel[];
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
  readonly analyzer: AnalyzerName;
  readonly title: string;
  readonly text: string;
}

export interface PassageTask {
  readonly kind: "passage";
  readonly model: OpenedModel;
  readonly codec: CodecOptions;
  readonly analyzer: AnalyzerName;
  readonly passage: Passage;
}

/** Given vectors become one passage of the whole text. */
export interface VectorsTask {
  readonly kind: "vectors";
  readonly codec: CodecOptions;
  readonly analyzer: AnalyzerName;
  readonly title: string;
  readonly text: string;
  readonly vectors: GivenVectors;
}

export type EncodeTask = QueryTask | DocumentTask | PassageTask | VectorsTask;

export type EncodeAnswer =
  | { readonly kind: "query"; readonly query: EncodedQuery }
  | { readonly kind: "prepared"; readonly passage: PreparedPassage }
  | { readonly kind: "split"; readonly passages: readonly Passage[] }
  /** An error with a reason: classes do not survive the way between threads. */
  | {
      readonly kind: "failed";
      readonly reason: ErrorReason;
      readonly message: string;
      readonly field: string | undefined;
    };
