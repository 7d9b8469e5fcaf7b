// The engine in the caller's own process: a data folder, no server and no port.

import { isAbsolute, resolve } from "node:path";

import type { SluiceClient } from "../client/client.js";
import type { DocumentToWrite } from "../contract/documents.js";
import { createCollectionCalls } from "./collections.js";
import type { EmbeddedCollections } from "./collections.js";
import { ingestDocuments } from "./ingest.js";
import type { EmbeddedIngestOptions } from "./ingest.js";
import { createDocumentCalls, createRankingCalls } from "./calls.js";
import { openParts } from "./open-parts.js";
import type { ClientIngestSummary } from "../client/types.js";

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

/**
 * Opens a data folder, which is created when it does not exist, and starts the engine's threads.
 * One process at a time can have it open. Takes about as long as the start of a server: the model
 * is loaded. Throws SluiceError: DATA_FOLDER_LOCKED, DATA_FORMAT_NEWER, MODEL_INVALID,
 * INVALID_CONFIG.
 */
export async function openEngine(
  dataFolder: string,
  settings: EngineSettings = {},
): Promise<SluiceEngine> {
  const folder = isAbsolute(dataFolder) ? dataFolder : resolve(dataFolder);
  const parts = await openParts(folder, settings);
  return {
    ...createRankingCalls(parts),
    ...createDocumentCalls(parts),
    ingest: (collection, documents, options = {}) =>
      ingestDocuments(parts, { collection, documents, options }),
    collections: createCollectionCalls(parts),
    close: () => parts.close(),
  };
}
