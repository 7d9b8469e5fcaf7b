// Writes documents of an iterable, several at a time, so that encoding threads and commits are shared.

import { setImmediate as nextTurn } from "node:timers/promises";

import type { ClientIngestAck, ClientIngestSummary } from "../client/types.js";
import { toIngestDocument } from "../contract/documents.js";
import type { DocumentToWrite } from "../contract/documents.js";
import { documentKey } from "../contract/validate.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { toDocumentError } from "../service/ingest-answers.js";
import { createRecentKeys } from "../service/ingest-memory.js";
import type { RecentKeys } from "../service/ingest-memory.js";
import { checkedName } from "./calls.js";
import type { EmbeddedParts } from "./open-parts.js";
import type { EmbeddedIngestOptions } from "./types.js";

interface Writing {
  readonly engine: EmbeddedParts["engine"];
  readonly logger: EmbeddedParts["logger"];
  readonly collection: string;
  readonly options: EmbeddedIngestOptions;
  /** Two writes of one key in flight would end in either order. */
  readonly recentKeys: RecentKeys;
  acknowledgedCount: number;
  failedCount: number;
  lastSequence: number;
}

/** Documents between two turns of the event loop, in which deadlines pass and others are served. */
const turnDocuments = 64;

/** Memory: `unansweredMax` documents, and no more than `limits.ingestInFlightBytesMax` of text. */
export function ingestInProcess(
  { engine, logger, call }: EmbeddedParts,
  work: {
    readonly collection: string;
    readonly documents: Iterable<DocumentToWrite> | AsyncIterable<DocumentToWrite>;
    readonly options: EmbeddedIngestOptions;
  },
): Promise<ClientIngestSummary> {
  const { documents, options } = work;
  return call(options, async (signal) => {
    const collection = checkedName(work.collection);
    // Throws COLLECTION_NOT_FOUND for the call instead of for each document.
    engine.describeCollection(collection);
    const recentKeys = createRecentKeys(limits.ingestRecentKeysMax);
    const counts = { acknowledgedCount: 0, failedCount: 0, lastSequence: 0 };
    const state: Writing = { engine, logger, collection, options, recentKeys, ...counts };
    await writeAll(state, documents, signal);
    const { acknowledgedCount, failedCount, lastSequence } = state;
    return { acknowledgedCount, failedCount, lastSequence };
  });
}

async function writeAll(
  state: Writing,
  documents: Iterable<DocumentToWrite> | AsyncIterable<DocumentToWrite>,
  signal: AbortSignal,
): Promise<void> {
  const { unansweredMax = 256 } = state.options;
  const inFlight = new Set<Promise<void>>();
  let inFlightBytes = 0;
  let clientSequence = 0;
  let fault: { readonly error: unknown } | undefined;
  const stopIfNeeded = (): void => {
    signal.throwIfAborted();
    if (fault !== undefined) throw fault.error;
  };
  try {
    for await (const document of documents) {
      stopIfNeeded();
      clientSequence += 1;
      const byteCount = (document.text?.length ?? 0) + (document.vectors?.bytes.length ?? 0);
      inFlightBytes += byteCount;
      const written = write(state, document, clientSequence)
        .catch((error: unknown) => {
          fault ??= { error };
        })
        .finally(() => {
          inFlight.delete(written);
          inFlightBytes -= byteCount;
        });
      inFlight.add(written);
      if (clientSequence % turnDocuments === 0) await nextTurn();
      while (inFlight.size >= unansweredMax || inFlightBytes >= limits.ingestInFlightBytesMax)
        await Promise.race(inFlight);
    }
  } finally {
    await Promise.all(inFlight);
  }
  stopIfNeeded();
}

/** Rejects with the error of a callback only. */
async function write(
  state: Writing,
  document: DocumentToWrite,
  clientSequence: number,
): Promise<void> {
  const { engine, collection, options, recentKeys, logger } = state;
  const { ifSequence, ...content } = toIngestDocument(document);
  const { key } = content;
  const put = async (): Promise<Pick<ClientIngestAck, "sequence" | "passageCount">> => {
    documentKey(key, "key");
    if (!recentKeys.add(key))
      throw new SluiceError("DUPLICATE_KEY", "the key occurred before in this ingest", {
        field: "key",
      });
    try {
      const { sequence, passageCount } = await engine.put(collection, content, { ifSequence });
      return { sequence, passageCount };
    } catch (error) {
      // It was not stored, so the caller may send the key again.
      recentKeys.remove(key);
      throw error;
    }
  };
  let ack: ClientIngestAck;
  try {
    ack = { clientSequence, key, ...(await put()) };
  } catch (error) {
    state.failedCount += 1;
    const at = { client_sequence: clientSequence, key, path: "ingest" };
    const { reason, message, field, retryable } = toDocumentError(error, at, logger);
    const atField = field === "" ? undefined : field;
    options.onError?.({ clientSequence, key, reason, message, field: atField, retryable });
    return;
  }
  state.acknowledgedCount += 1;
  state.lastSequence = Math.max(state.lastSequence, ack.sequence);
  options.onAck?.(ack);
}
