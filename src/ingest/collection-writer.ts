// The one writer of a collection: groups what waits into one durable commit, then makes it visible.

import { SluiceError } from "../core/errors.js";
import { publishGeneration } from "../index/collection.js";
import type { Collection } from "../index/collection.js";
import { flushedEntry } from "../index/generation.js";
import { buildSegmentHere, flushLive } from "./flush.js";
import type { BuildSegment } from "./flush.js";
import type { WriteOperation, WriteResult } from "./write-operations.js";
import { copyBits, planWrites, setBit } from "./write-plan.js";
import type { WritePlan } from "./write-plan.js";

export interface CollectionWriter {
  /**
   * Resolves when the write is on disk and visible. Rejects with nothing of it done: DISK_FULL, or
   * NOT_READY after `close`. Writes take effect in the order of the calls.
   */
  write(operation: WriteOperation): Promise<WriteResult>;
  /**
   * Resolves when a write with this sequence, or a later one, is visible; at once if it is. Rejects
   * with the signal's reason, or with NOT_READY once no more writes can come.
   */
  waitForSequence(sequence: number, signal: AbortSignal): Promise<void>;
  /** Refuses new writes and waits for those under way. */
  close(): Promise<void>;
}

export interface WriterOptions {
  /** Token code bytes in the journal from which it is flushed to a segment. */
  readonly flushBytes: number;
  /** Undefined: segments are made on the calling thread. */
  readonly buildSegment?: BuildSegment | undefined;
  /** Told of a flush that failed. Nothing is lost by it; it is tried again when more was written. */
  readonly onFlushFailure?: ((error: unknown) => void) | undefined;
}

/** Operations of one commit: bounds the memory and the time of a transaction. */
const groupOperationsMax = 512;

interface Waiting {
  readonly operation: WriteOperation;
  readonly resolve: (result: WriteResult) => void;
  readonly reject: (error: unknown) => void;
}

interface SequenceWaiter {
  readonly sequence: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export function createCollectionWriter(
  collection: Collection,
  options: WriterOptions,
): CollectionWriter {
  let waiting: Waiting[] = [];
  const sequenceWaiters = new Set<SequenceWaiter>();
  let running: Promise<void> | undefined;
  let isClosed = false;

  let flushAtBytes = options.flushBytes;

  /** Returns the bytes of codes from which the next flush is due. */
  const tryFlush = async (): Promise<number> => {
    try {
      await flushLive(collection, options.buildSegment ?? buildSegmentHere);
      return options.flushBytes;
    } catch (error) {
      options.onFlushFailure?.(error);
      // On a full disk each write would try in vain, at the cost of making the segment.
      return collection.live.codeBytes + options.flushBytes / 4;
    }
  };
  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, groupOperationsMax);
      waiting = waiting.slice(groupOperationsMax);
      await commitGroup(collection, group);
      for (const waiter of sequenceWaiters) {
        if (waiter.sequence <= collection.generation.lastSequence) waiter.resolve();
      }
      if (collection.live.codeBytes >= flushAtBytes) flushAtBytes = await tryFlush();
    }
  };
  const start = (): void => {
    running ??= run().finally(() => {
      running = undefined;
      // A write may have come in after the loop saw an empty queue.
      if (waiting.length > 0) start();
    });
  };
  return {
    write(operation) {
      if (isClosed) return Promise.reject(stopping("write again later"));
      return new Promise((resolve, reject) => {
        waiting.push({ operation, resolve, reject });
        start();
      });
    },
    async waitForSequence(sequence, signal) {
      if (sequence <= collection.generation.lastSequence) return;
      if (isClosed) throw stopping("search again later");
      await new Promise<void>((resolve, reject) => {
        const fail = (error: Error): void => settle(() => reject(error));
        const waiter = { sequence, resolve: () => settle(resolve), reject: fail };
        const onAbort = (): void => fail(abortReason(signal));
        const settle = (then: () => void): void => {
          sequenceWaiters.delete(waiter);
          signal.removeEventListener("abort", onAbort);
          then();
        };
        signal.addEventListener("abort", onAbort);
        sequenceWaiters.add(waiter);
        if (signal.aborted) onAbort();
      });
    },
    async close() {
      isClosed = true;
      while (running !== undefined) await running;
      for (const waiter of sequenceWaiters) waiter.reject(stopping("search again later"));
    },
  };
}

function stopping(remedy: string): SluiceError {
  return new SluiceError("NOT_READY", `the server is stopping; ${remedy}`);
}

function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new SluiceError("CANCELLED", "the caller went away");
}

async function commitGroup(collection: Collection, group: readonly Waiting[]): Promise<void> {
  try {
    const plan = planWrites(
      collection,
      group.map(({ operation }) => operation),
    );
    if (plan.results.some((result) => !(result instanceof SluiceError) && result.isChanged)) {
      await collection.store.commit(plan.batch);
      publish(collection, plan);
    }
    for (const [i, { resolve, reject }] of group.entries()) {
      const result = plan.results[i];
      if (result === undefined) reject(new Error("a write has no result"));
      else if (result instanceof SluiceError) reject(result);
      else resolve(result);
    }
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}

/** Brings memory to what is now on disk, and hands searches the new generation. */
function publish(collection: Collection, plan: WritePlan): void {
  collection.manifest = plan.batch.manifest;
  for (const passage of plan.appended) collection.live.append(passage);
  if (plan.deadLiveRows.length > 0) {
    const bits = copyBits(collection.liveTombstones, collection.live.rowCount);
    for (const row of plan.deadLiveRows) setBit(bits, row);
    collection.liveTombstones = bits;
  }
  for (const [id, tombstones] of plan.tombstones) {
    const opened = collection.flushed.get(id);
    if (opened === undefined) continue;
    const { segment } = opened;
    collection.flushed.set(id, { segment, entry: flushedEntry(segment, tombstones) });
  }
  publishGeneration(collection);
}
