// The one writer of a collection: groups what waits into one durable commit, then makes it visible.

import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { Collection, WritableCollection } from "../index/collection.js";
import type { Kernels } from "../kernels/kernels.js";
import { createReferenceKernels } from "../kernels/reference.js";
import { createMapTurn } from "../store/map-turn.js";
import type { RecallCalibration, ScoreCalibration } from "../store/stored-values.js";
import { Maintenance } from "./maintenance.js";
import type { MaintenanceStep, OptimizeOptions } from "./maintenance.js";
import { createSegmentBuilder } from "./segment-builder.js";
import type { SegmentBuilder } from "./segment-builder.js";
import type { WriteOperation, WriteResult } from "./write-operations.js";
import { planWrites } from "./write-plan.js";

export interface WriterOptions {
  /** Token code bytes in the journal from which it is flushed to a segment. */
  readonly flushBytes: number;
  /**
   * Time after which the journal is flushed, however small. When absent, time triggers no flush.
   */
  readonly flushAgeMs?: number | undefined;
  /** Number of journal passages that triggers a flush. Defaults to limits.journalRowsMax. */
  readonly flushPassagesMax?: number | undefined;
  /** Maximum token code bytes of a merged segment. Defaults to limits.segmentBytesMax. */
  readonly segmentBytesMax?: number | undefined;
  /**
   * They code the first passages anew whenever there is a better centre. Defaults to the reference.
   */
  readonly kernels?: Kernels | undefined;
  /** When absent, segments are built on the calling thread. */
  readonly builder?: SegmentBuilder | undefined;
  /** Called when a step failed. Nothing is lost; the step is tried again after more writes. */
  readonly onMaintenanceFailure?: ((error: unknown) => void) | undefined;
  /** Called when a flush, merge or removal has ended and none follows. */
  readonly onIdle?: (() => void) | undefined;
  /** Called when a flush, merge or removal begins and when it has ended. */
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

export class CollectionWriter {
  readonly #collection: WritableCollection;
  readonly #view: Collection;
  readonly #kernels: Kernels;
  readonly #builder: SegmentBuilder;
  readonly #maintenance: Maintenance;
  readonly #sequenceWaiters = new Set<SequenceWaiter>();
  readonly #steps: Step[] = [];
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(collection: WritableCollection, options: WriterOptions) {
    this.#collection = collection;
    this.#view = collection.view;
    this.#kernels = options.kernels ?? createReferenceKernels();
    this.#builder = options.builder ?? createSegmentBuilder(createMapTurn());
    this.#maintenance = new Maintenance(collection, {
      flushBytes: options.flushBytes,
      flushAgeMs: options.flushAgeMs,
      flushPassagesMax: options.flushPassagesMax ?? limits.journalPassagesMax,
      segmentBytesMax: options.segmentBytesMax ?? limits.segmentBytesMax,
      builder: this.#builder,
      exclusive: (step) => this.#exclusive(step),
      onStep: options.onMaintenanceStep,
      onFailure: (error) => options.onMaintenanceFailure?.(error),
      onIdle: () => {
        // Writes may have waited for it.
        this.#start();
        options.onIdle?.();
      },
    });
    collection.setOnReleased(() => this.#maintenance.start());
  }

  /**
   * Resolves when the write is on disk and visible. Rejects with nothing of it done: DISK_FULL, or
   * NOT_READY after `close`. Writes take effect in the order of the calls.
   */
  write(operation: WriteOperation): Promise<WriteResult> {
    if (this.#isClosed) return Promise.reject(stopping("write again later"));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operation, resolve, reject });
      this.#start();
    });
  }

  /**
   * Resolves when a write with this sequence, or a later one, is visible; at once if it is. Rejects
   * with the signal's reason, or with NOT_READY once no more writes can come.
   */
  async waitForSequence(sequence: number, signal: AbortSignal): Promise<void> {
    if (sequence <= this.#view.generation.lastSequence) return;
    if (this.#isClosed) throw stopping("search again later");
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => settle(() => reject(error));
      const waiter = { sequence, resolve: () => settle(resolve), reject: fail };
      const onAbort = (): void => fail(abortReason(signal));
      const settle = (then: () => void): void => {
        this.#sequenceWaiters.delete(waiter);
        signal.removeEventListener("abort", onAbort);
        then();
      };
      signal.addEventListener("abort", onAbort);
      this.#sequenceWaiters.add(waiter);
      if (signal.aborted) onAbort();
    });
  }

  /**
   * Flushes the journal and does the merges that are due. Rejects as a flush; finished steps stay.
   */
  optimize(options: OptimizeOptions): Promise<void> {
    return this.#maintenance.optimize(options);
  }

  /**
   * Replaces the measured recall; undefined removes it. Searches that begin after it resolves use
   * it. Durable when it resolves; rejects as a commit of the store.
   */
  async setRecall(recall: RecallCalibration | undefined): Promise<void> {
    await this.#view.store.writeRecall(recall);
    this.#collection.setRecall(recall);
  }

  /** Replaces the maps from scores to probabilities, as `setRecall` does the recall. */
  async setScoreMaps(scoreMaps: readonly ScoreCalibration[]): Promise<void> {
    await this.#view.store.writeScoreMaps(scoreMaps);
    this.#collection.setScoreMaps(scoreMaps);
  }

  /** Excludes a segment whose codes were found damaged from all later searches. */
  quarantine(damage: { readonly segmentId: number; readonly message: string }): Promise<void> {
    return this.#exclusive(() => this.#collection.quarantine(damage));
  }

  /** Starts the flushes, merges and removals that are due: after opening; writes do it too. */
  maintain(): void {
    this.#maintenance.start();
  }

  /** Whether no caller is waiting, and no flush, merge or removal is running. */
  isIdle(): boolean {
    return (
      this.#running === undefined &&
      this.#waiting.length === 0 &&
      this.#steps.length === 0 &&
      this.#sequenceWaiters.size === 0 &&
      this.#maintenance.isIdle
    );
  }

  /** Resolves when no flush, merge or removal is running. */
  settle(): Promise<void> {
    return this.#maintenance.settle();
  }

  /** Refuses new writes and waits for those that were accepted. */
  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#running !== undefined || this.#waiting.length > 0)
      await (this.#running ?? this.#maintenance.settle());
    await this.#maintenance.close();
    this.#collection.setOnReleased(() => undefined);
    await this.#builder.release(this.#view.store.folder);
    for (const waiter of this.#sequenceWaiters) waiter.reject(stopping("search again later"));
  }

  #exclusive(step: Step["run"]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#steps.push({ run: step, resolve, reject });
      this.#start();
    });
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      // More may have been queued after the loop ended.
      if (this.#isWriteDue() || this.#steps.length > 0) this.#start();
    });
  }

  async #run(): Promise<void> {
    for (;;) {
      const step = this.#steps.shift();
      if (step !== undefined) {
        await runStep(step);
        continue;
      }
      if (!this.#isWriteDue()) return;
      const group = this.#waiting.slice(0, groupOperationsMax);
      this.#waiting = this.#waiting.slice(groupOperationsMax);
      await commitGroup(this.#collection, group, this.#kernels);
      const { lastSequence } = this.#view.generation;
      for (const waiter of this.#sequenceWaiters)
        if (waiter.sequence <= lastSequence) waiter.resolve();
      this.#maintenance.start();
    }
  }

  #isWriteDue(): boolean {
    return this.#waiting.length > 0 && !this.#maintenance.isBehind;
  }
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
  kernels: Kernels,
): Promise<void> {
  try {
    const operations = group.map(({ operation }) => operation);
    const plan = planWrites(collection.view, operations, kernels);
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
