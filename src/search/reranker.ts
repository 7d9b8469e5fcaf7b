// PORT: who reads query and text together, in this process or elsewhere.

import type { WindowPooling } from "../contract/search-request.js";

export interface RelevanceOptions {
  readonly pooling: WindowPooling;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** The same for what runs in another thread; see core/cancel-flag.ts. */
  readonly cancel: SharedArrayBuffer;
}

export interface Reranker {
  readonly name: string;
  /** Texts of one call that make the best use of it. */
  readonly batchSize: number;
  /** Calls at the same time that make the best use of it. */
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

/** Throws MODEL_INVALID when there is none of that name that can be used. */
export type FindReranker = (name: string) => Promise<Reranker>;
