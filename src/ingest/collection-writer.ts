// The one writer of a collection: groups what waits into one durable commit, then makes it visible.

import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { WritableCollection } from "../index/collection.js";
import { createMapTurn } from "../store/map-turn.js";
import type { RecallCalibration, ScoreCalibration } from "../store/stored-values.js";
import { createMaintenance } from "./maintenance.js";
import type { MaintenanceStep, OptimizeOptions } from "./maintenance.js";
import type { Exclusive } from "./commit-segment.js";
import { createSegmentBuilder } from "./segment-builder.js";
import type { SegmentBuilder } from "./segment-builder.js";
import type { WriteOperation, WriteResult } from "./write-operations.js";
import { planWrites } from "./write-plan.js";

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
  /**
   * Flushes the journal and merges what is worth it. Rejects as a flush does; what was done until
   * then stays.
   */
  optimize(options: OptimizeOptions): Promise<void>;
  /**
   * Replaces the measured recall; undefined: forgets it. Searches that begin after it resolves use it.
   * Durable when it resolves; rejects as a commit of the store.
   */
  setRecall(recall: RecallCalibration | undefined): Promise<void>;
  /** The same for the maps from scores to probabilities. */
  setScoreMaps(scoreMaps: readonly ScoreCalibration[]): Promise<void>;
  /** Leaves a segment out of every search from now on: its codes were found damaged. */
  quarantine(damage: { readonly segmentId: number; readonly message: string }): Promise<void>;
  /** Starts what is due of flushes, merges and late deletes: after opening; writes do it too. */
  maintain(): void;
  /** Nobody waits for anything, and no flush, merge or late delete is under way. */
  isIdle(): boolean;
  /** Resolves when no flush, merge or late delete is under way. */
  settle(): Promise<void>;
  /** Refuses new writes and waits for what is under way. */
  close(): Promise<void>;
}

export interface WriterOptions {
  /** Token code bytes in the journal from which it is flushed to a segment. */
  readonly flushBytes: number;
  /** Time after which the journal is flushed, however small; undefined: never. */
  readonly flushAgeMs?: number | undefined;
  /** Passages in the journal from which it is flushed; undefined: limits.journalRowsMax. */
  readonly flushRowsMax?: number | undefined;
  /** Token code bytes of a segment that merging makes; undefined: limits.segmentBytesMax. */
  readonly segmentBytesMax?: number | undefined;
  /** Undefined: segments are made on the calling thread. */
  readonly builder?: SegmentBuilder | undefined;
  /** Told of a step that failed. Nothing is lost by it; it is tried again when more was written. */
  readonly onMaintenanceFailure?: ((error: unknown) => void) | undefined;
  /** Told when a flush, a merge or a late delete has ended and none follows. */
  readonly onIdle?: (() => void) | undefined;
  /** Told of each flush, merge and late delete as it begins and when it has ended. */
  readonly onMaintenanceStep?: ((step: MaintenanceStep) => void) | undefined;
}

/** Operations of one commit: bounds the memory and the time of a transaction. */
const groupOperationsMax = 512;

interface Waiting {
  readonly operation: WriteOperation;
  readonly resolve: (result: WriteResult) => void;
  readonly reject: (error: unknown) => void;
}

/** A step that runs alone, between two commits. */
interface Step {
  readonly run: () => Promise<void> | void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface SequenceWaiter {
  readonly sequence: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export function createCollectionWriter(
  collection: WritableCollection,
  options: WriterOptions,
): CollectionWriter {
  const { view } = collection;
  let waiting: Waiting[] = [];
  const sequenceWaiters = new Set<SequenceWaiter>();
  let running: Promise<void> | undefined;
  let isClosed = false;

  const steps: Step[] = [];
  const exclusive: Exclusive = (step) =>
    new Promise((resolve, reject) => {
      steps.push({ run: step, resolve, reject });
      start();
    });
  const builder = options.builder ?? createSegmentBuilder(createMapTurn());
  const maintenance = createMaintenance(collection, {
    flushBytes: options.flushBytes,
    flushAgeMs: options.flushAgeMs,
    flushRowsMax: options.flushRowsMax ?? limits.journalRowsMax,
    segmentBytesMax: options.segmentBytesMax ?? limits.segmentBytesMax,
    builder,
    exclusive,
    onStep: options.onMaintenanceStep,
    onFailure: (error) => options.onMaintenanceFailure?.(error),
    // Writes may have waited for it.
    onIdle() {
      start();
      options.onIdle?.();
    },
  });
  collection.setOnReleased(maintenance.start);

  const isWriteDue = (): boolean => waiting.length > 0 && !maintenance.isBehind();
  const run = async (): Promise<void> => {
    for (;;) {
      const step = steps.shift();
      if (step !== undefined) {
        await runStep(step);
        continue;
      }
      if (!isWriteDue()) return;
      const group = waiting.slice(0, groupOperationsMax);
      waiting = waiting.slice(groupOperationsMax);
      await commitGroup(collection, group);
      for (const waiter of sequenceWaiters) {
        if (waiter.sequence <= view.generation.lastSequence) waiter.resolve();
      }
      maintenance.start();
    }
  };
  const start = (): void => {
    running ??= run().finally(() => {
      running = undefined;
      // Something may have come in after the loop saw nothing to do.
      if (isWriteDue() || steps.length > 0) start();
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
      if (sequence <= view.generation.lastSequence) return;
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
    optimize: (options) => maintenance.optimize(options),
    async setRecall(recall) {
      await view.store.writeRecall(recall);
      collection.setRecall(recall);
    },
    async setScoreMaps(scoreMaps) {
      await view.store.writeScoreMaps(scoreMaps);
      collection.setScoreMaps(scoreMaps);
    },
    quarantine: (damage) => exclusive(() => collection.quarantine(damage)),
    maintain: maintenance.start,
    isIdle: () =>
      running === undefined &&
      waiting.length === 0 &&
      steps.length === 0 &&
      sequenceWaiters.size === 0 &&
      maintenance.isIdle(),
    settle: maintenance.settle,
    async close() {
      isClosed = true;
      while (running !== undefined || waiting.length > 0) await (running ?? maintenance.settle());
      await maintenance.close();
      collection.setOnReleased(() => undefined);
      await builder.release(view.store.folder);
      for (const waiter of sequenceWaiters) waiter.reject(stopping("search again later"));
    },
  };
}

function stopping(remedy: string): SluiceError {
  return new SluiceError("NOT_READY", `the server is stopping; ${remedy}`);
}

function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new SluiceError("CANCELLED", "the caller disconnected");
}

async function runStep({ run, resolve, reject }: Step): Promise<void> {
  try {
    await run();
    resolve();
  } catch (error) {
    reject(error);
  }
}

async function commitGroup(
  collection: WritableCollection,
  group: readonly Waiting[],
): Promise<void> {
  try {
    const plan = planWrites(
      collection.view,
      group.map(({ operation }) => operation),
    );
    if (plan.results.some((result) => !(result instanceof SluiceError) && result.isChanged)) {
      await collection.view.store.commit(plan.batch);
      collection.applyCommit(plan.batch.manifest, plan);
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
