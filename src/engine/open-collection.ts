// One open collection: its writer, its running searches, and the order of closing.

import type { SluiceError } from "../core/errors.js";
import { linkAbort } from "../core/linked-abort.js";
import { closeCollection } from "../index/collection.js";
import type { Collection } from "../index/collection.js";
import { partBytes } from "../index/segment-parts.js";
import { openCollection } from "../index/stored-collection.js";
import { CollectionWriter } from "../ingest/collection-writer.js";
import type { WriterOptions } from "../ingest/collection-writer.js";
import type { CollectionStore } from "../store/store.js";

export interface OpenCollection {
  readonly collection: Collection;
  readonly writer: CollectionWriter;
  /** Running searches, each with its end: the store is closed only after them. */
  readonly searches: Map<AbortController, Promise<void>>;
  /** Aborts with the reason for which the collection is closed. */
  readonly closing: AbortController;
}

/** `store` is in the present format; it is closed again when this rejects. */
export async function openWithWriter(
  store: CollectionStore,
  options: WriterOptions,
): Promise<OpenCollection> {
  try {
    const collection = await openCollection(store);
    const writer = new CollectionWriter(collection, options);
    writer.maintain();
    const closing = new AbortController();
    return { collection: collection.view, writer, searches: new Map(), closing };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Ends running searches with `reason`, waits for writes in flight, closes the store. */
export async function closeWithWriter(
  { collection, writer, searches, closing }: OpenCollection,
  reason: SluiceError,
): Promise<void> {
  closing.abort(reason);
  for (const controller of searches.keys()) controller.abort(reason);
  await Promise.allSettled(searches.values());
  await writer.close();
  await closeCollection(collection);
}

/** A use of a collection that a drop, or the stop of the server, waits for. */
export interface CollectionHold {
  /** Aborts with the caller's signal, or with the reason for which the collection is closed. */
  readonly signal: AbortSignal;
  /** Call exactly once. */
  readonly end: () => void;
}

/**
 * Until `end` is called. Such work is short, ends by itself or obeys the signal. Throws the reason
 * for which the collection is closed, once that has begun.
 */
export function holdOpen(
  { searches, closing }: OpenCollection,
  callerSignal: AbortSignal = new AbortController().signal,
): CollectionHold {
  closing.signal.throwIfAborted();
  const { controller, unlink } = linkAbort(callerSignal);
  let finish = (): void => undefined;
  const ended = new Promise<void>((resolve) => (finish = resolve));
  searches.set(controller, ended);
  return {
    signal: controller.signal,
    end() {
      unlink();
      searches.delete(controller);
      finish();
    },
  };
}

/** Holds the collection open for the time of `work`. */
export async function whileOpen<T>(opened: OpenCollection, work: () => Promise<T>): Promise<T> {
  const hold = holdOpen(opened);
  try {
    return await work();
  } finally {
    hold.end();
  }
}

/** Memory that LMDB and its wrapper allocate for each environment. */
const environmentBytes = 3 * 2 ** 20;

/** Memory of an open collection, bytes. O(segments). */
export function memoryOf({ collection }: OpenCollection): number {
  let bytes = environmentBytes;
  for (const { part } of collection.generation.segments) bytes += partBytes(part);
  return bytes;
}
