// The upkeep of one collection beside its writes: flushes, merges and late deletes, one at a time.

import { assert } from "../core/assert.js";
import { isCentreOpen } from "../core/centre.js";
import { SluiceError, isSluiceError } from "../core/errors.js";
import type { Collection, WritableCollection } from "../index/collection.js";
import { flush } from "./flush.js";
import { countMerges, planMerge } from "./merge-policy.js";
import { merge, segmentSizes } from "./merge.js";
import { reanalyze } from "./reanalyze.js";
import { removeObsolete } from "./commit-segment.js";
import type { Exclusive } from "./commit-segment.js";
import type { SegmentBuilder } from "./segment-builder.js";

export interface MaintenanceOptions {
  /** Token code bytes in the journal from which it is flushed to a segment. */
  readonly flushBytes: number;
  /** Passages in the journal from which it is flushed. */
  readonly flushPassagesMax: number;
  /** Time after which it is flushed, however small. */
  readonly flushAgeMs: number | undefined;
  /** Token code bytes of a segment that merging makes, at most. */
  readonly segmentBytesMax: number;
  readonly builder: SegmentBuilder;
  readonly exclusive: Exclusive;
  /** Called when a step failed. Nothing is lost; the step is tried again after more writes. */
  readonly onFailure: (error: unknown) => void;
  /** Called when the last step has ended. */
  readonly onIdle: () => void;
  /** Called when a step begins and when it has ended. */
  readonly onStep?: ((step: MaintenanceStep) => void) | undefined;
}

export interface MaintenanceStep {
  /** A collection has one step at a time. */
  readonly collection: string;
  readonly kind: "flush" | "merge" | "remove";
  readonly phase: "begin" | "end";
  /** Segments that are merged or removed. */
  readonly segmentCount: number;
}

export interface OptimizeOptions {
  /** Merge into as few segments as their size allows, and leave no dead passages. */
  readonly isFull: boolean;
  /** First analyze all texts again with the latest version of the analyzer. Defaults to false. */
  readonly isReanalyzed?: boolean | undefined;
  readonly onProgress?: (progress: OptimizeProgress) => void;
  /** Checked between two steps; its reason is thrown. */
  readonly signal?: AbortSignal;
}

export interface OptimizeProgress {
  readonly step: string;
  /** Merges. */
  readonly done: number;
  /** Expected number of merges, which rises with further writes; 0: not known yet. */
  readonly total: number;
}

/** Live segments may grow to this many times the flush size while a flush or a merge is running. */
const behindFactor = 4;

/** Commits after which a merge or a removal that failed is tried again. */
const retryAfterCommits = 64;

export class Maintenance {
  readonly #collection: WritableCollection;
  readonly #view: Collection;
  readonly #options: MaintenanceOptions;
  #running: Promise<void> | undefined;
  #isClosed = false;
  /** Bytes of codes from which the next flush is due. */
  #flushAtBytes: number;
  /** After a failure, merges and removals are not tried again before this generation. */
  #retryFrom = 0;
  /** Whether the last step, removals aside, was a flush. */
  #hasFlushed = false;
  /** Whether the oldest passage of the journal is older than `flushAgeMs`. */
  #isAged = false;
  #ageTimer: NodeJS.Timeout | undefined;

  constructor(collection: WritableCollection, options: MaintenanceOptions) {
    this.#collection = collection;
    this.#view = collection.view;
    this.#options = options;
    this.#flushAtBytes = options.flushBytes;
  }

  /** Whether writes have to wait for a flush, because the live segment has grown too large. */
  get isBehind(): boolean {
    const bytesMax = behindFactor * this.#options.flushBytes;
    return !this.isIdle && this.#view.live.codeBytes >= bytesMax;
  }

  get isIdle(): boolean {
    return this.#running === undefined;
  }

  /** Starts what is due, unless a step is running. */
  start(): void {
    if (this.#isClosed || !this.isIdle) return;
    if (this.#nextStep() !== undefined) this.#enter(() => this.#run()).catch(() => undefined);
    const { flushAgeMs } = this.#options;
    if (flushAgeMs !== undefined && this.#view.live.ordinalCount > 0)
      this.#ageTimer ??= setTimeout(() => {
        this.#isAged = true;
        this.start();
      }, flushAgeMs).unref();
  }

  /** Resolves when the journal is flushed and no merge is due; rejects as a step does. */
  async optimize(options: OptimizeOptions): Promise<void> {
    // Checked again after each wait: another caller that waited, too, may have begun.
    while (this.#running !== undefined) await this.#running;
    if (this.#isClosed)
      throw new SluiceError("NOT_READY", "the server is stopping; try again later");
    await this.#enter(() => this.#optimize(options));
  }

  /** Resolves when no step is running. */
  async settle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Starts no more steps and waits for the running one. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#ageTimer);
    await this.settle();
  }

  #enter(work: () => Promise<void>): Promise<void> {
    assert(this.isIdle, "one step at a time");
    // Deferred, since publishing a generation may call start() before `#running` is set.
    const done = Promise.resolve()
      .then(work)
      .finally(() => {
        this.#running = undefined;
        this.start();
        this.#options.onIdle();
      });
    this.#running = done.catch(() => undefined);
    return done;
  }

  async #run(): Promise<void> {
    const { store } = this.#view;
    try {
      for (let next = this.#nextStep(); next !== undefined && !this.#isClosed;) {
        await next();
        next = this.#nextStep();
      }
    } catch (error) {
      if (isSluiceError(error) && error.reason === "STORAGE_FAILED") store.fail(error);
      // On a full disk each write would otherwise build a segment and fail to store it.
      this.#flushAtBytes = this.#unflushedBytes() + this.#options.flushBytes / 4;
      this.#retryFrom = this.#view.manifest.generation + retryAfterCommits;
      this.#isAged = false;
      this.#options.onFailure(error);
    }
  }

  #nextStep(): (() => Promise<void>) | undefined {
    const mayRetry = this.#view.manifest.generation >= this.#retryFrom;
    const upkeep = mayRetry ? this.#nextUpkeep() : undefined;
    // In turn: without merges, deleted passages would stay on the disk.
    if (this.#isFlushDue() && (upkeep === undefined || !this.#hasFlushed))
      return () => this.#flush();
    return upkeep;
  }

  #isFlushDue(): boolean {
    const { flushBytes, flushPassagesMax } = this.#options;
    const isLarge =
      this.#view.live.ordinalCount >= flushPassagesMax && this.#flushAtBytes === flushBytes;
    // A pause must not fix the centre of the first few rows for good.
    const isAged = this.#isAged && !isCentreOpen(this.#view.settings.centring);
    return this.#unflushedBytes() >= this.#flushAtBytes || isLarge || isAged;
  }

  /** A frozen segment is there when the last flush failed. */
  #unflushedBytes(): number {
    const { live, frozen } = this.#view;
    return live.codeBytes + (frozen?.live.codeBytes ?? 0);
  }

  #nextUpkeep(): (() => Promise<void>) | undefined {
    if (this.#collection.removableIds().length > 0) return () => this.#remove();
    const ids = planMerge(segmentSizes(this.#view), this.#options);
    return ids && (() => this.#merge(ids));
  }

  async #optimize({ isFull, isReanalyzed, onProgress, signal }: OptimizeOptions): Promise<void> {
    if (isReanalyzed === true)
      await reanalyze(this.#collection, {
        builder: this.#options.builder,
        exclusive: this.#options.exclusive,
        signal,
        flush: () => this.#flush(),
        onSegment: (done, total) => onProgress?.({ step: "making terms anew", done, total }),
      });
    onProgress?.({ step: "flushing the journal", done: 0, total: 0 });
    await this.#flush();
    const total = countMerges(segmentSizes(this.#view), this.#options, { isFull });
    for (let done = 0; ; done += 1) {
      onProgress?.({ step: "merging segments", done, total });
      signal?.throwIfAborted();
      if (this.#isClosed) break;
      const ids = planMerge(segmentSizes(this.#view), this.#options, { isFull });
      if (ids === undefined) break;
      await this.#merge(ids);
    }
  }

  #flush(): Promise<void> {
    return this.#step("flush", 0, async () => {
      clearTimeout(this.#ageTimer);
      this.#ageTimer = undefined;
      await flush(this.#collection, this.#options);
      this.#isAged = false;
      this.#hasFlushed = true;
      this.#flushAtBytes = this.#options.flushBytes;
    });
  }

  #merge(ids: readonly number[]): Promise<void> {
    return this.#step("merge", ids.length, async () => {
      this.#hasFlushed = false;
      await merge(this.#collection, ids, this.#options);
    });
  }

  #remove(): Promise<void> {
    return this.#step("remove", this.#collection.removableIds().length, () =>
      this.#options.exclusive(() => removeObsolete(this.#collection)),
    );
  }

  async #step(
    kind: MaintenanceStep["kind"],
    segmentCount: number,
    run: () => Promise<void>,
  ): Promise<void> {
    const { onStep } = this.#options;
    const step = { collection: this.#view.settings.name, kind, segmentCount };
    onStep?.({ ...step, phase: "begin" });
    try {
      // Threads write by the folder's path, which may by now lead to another folder.
      this.#view.store.checkWritable();
      await run();
    } finally {
      onStep?.({ ...step, phase: "end" });
    }
  }
}
