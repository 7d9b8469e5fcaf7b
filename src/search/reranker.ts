// Interface of cross-encoders, local or remote: models that read query and text together.

import type { TraceSpan } from "../core/trace-span.js";
import type { WindowPooling } from "../contract/search-request.js";

export interface RelevanceOptions {
  readonly pooling: WindowPooling;
  /** Aborts when the result is no longer needed. */
  readonly signal: AbortSignal;
  /** The same for tasks of other threads; see core/cancel-flag.ts. */
  readonly cancel: SharedArrayBuffer;
  /** What calls of remote services are part of. Absent while tracing is off. */
  readonly span?: TraceSpan | undefined;
}

export interface Reranker {
  readonly name: string;
  /** Best number of texts per call. */
  readonly batchSize: number;
  /** True: of a long passage it should get the part that answers the query best. */
  readonly readsWindows: boolean;
  /** Best number of calls in flight. */
  readonly parallelism: number;
  /**
   * How well each text answers the query, in [0, 1], one for one. Throws CANCELLED, and what went
   * wrong as a SluiceError.
   */
  relevances(
    query: string,
    texts: readonly string[],
    options: RelevanceOptions,
  ): Promise<readonly number[]>;
}

/** Throws MODEL_NOT_FOUND or MODEL_INVALID when there is none of that name that can be used. */
export type FindReranker = (name: string) => Promise<Reranker>;
