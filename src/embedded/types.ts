// What an engine in process offers. Its calls are those of the gRPC client, where a folder can answer.

import type { CollectionCalls, SluiceClient } from "../client/client.js";
import type { ClientIngestAck, ClientIngestError, ClientIngestSummary } from "../client/types.js";
import type { DocumentToWrite } from "../contract/documents.js";

/** How a data folder is opened. */
export interface EngineSettings {
  /**
   * Options of docs/reference/configuration.md by name, such as `{ "search.lexicalWeight": 0.3 }`.
   * Defaults to the same values as in a server. Those of ports, access, logs and traces have no
   * effect, and no environment variable is read.
   */
  readonly options?: Readonly<Record<string, string | number>> | undefined;
  /** Called with one line per warning. Defaults to none: the engine prints nothing. */
  readonly onWarning?: ((line: string) => void) | undefined;
}

/** The calls of SluiceClient that a folder can answer, with the same arguments and results. */
type SharedCalls = Pick<
  SluiceClient,
  | "search"
  | "searchFinal"
  | "rerank"
  | "rerankFinal"
  | "explain"
  | "get"
  | "delete"
  | "deleteWhere"
  | "list"
>;

/**
 * An open data folder. A function that takes these calls also takes a SluiceClient. They throw
 * SluiceError, with the reasons of docs/reference/errors.md; CANCELLED when `signal` aborts and
 * NOT_READY after `close`.
 */
export interface SluiceEngine extends SharedCalls {
  /**
   * Resolves when each document is on disk and visible, or was passed to `onError`; the others go
   * on. Throws the error of the iterable or of a callback.
   */
  ingest(
    collection: string,
    documents: Iterable<DocumentToWrite> | AsyncIterable<DocumentToWrite>,
    options?: EmbeddedIngestOptions,
  ): Promise<ClientIngestSummary>;
  readonly collections: EmbeddedCollections;
  /**
   * Ends searches, waits for writes in flight, and releases the folder and all threads. Idempotent.
   */
  close(): Promise<void>;
}

/** The calls on collections of SluiceClient that a folder can answer. */
export type EmbeddedCollections = Pick<
  CollectionCalls,
  "create" | "drop" | "list" | "describe" | "optimize" | "calibrate"
>;

/** Options of every call. */
export interface EmbeddedCallOptions {
  readonly signal?: AbortSignal | undefined;
  /** From now. Defaults to none. */
  readonly deadlineMs?: number | undefined;
}

/** Options of `ingest`. */
export interface EmbeddedIngestOptions extends EmbeddedCallOptions {
  /** Called for each document that is on disk and visible. */
  readonly onAck?: ((ack: ClientIngestAck) => void) | undefined;
  /** Called for each document that was rejected, and why. */
  readonly onError?: ((error: ClientIngestError) => void) | undefined;
  /** Maximum number of documents in flight. Defaults to 256. */
  readonly unansweredMax?: number | undefined;
}
