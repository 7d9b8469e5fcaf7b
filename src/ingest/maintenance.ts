// The upkeep of one collection beside its writes: flushes, merges and late deletes, one at a time.

import { assert } from "../core/assert.js";
import { SluiceError, isSluiceError } from "../core/errors.js";
import type { WritableCollection } from "../index/collection.js";
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
  readonly flushRowsMax: number;
  /** Time after which it is flushed, however small. */
  readonly flushAgeMs: number | undefined;
  /** Token code bytes of a segment that merging makes, at most. */
  readonly segmentBytesMax: number;
  readonly builder: SegmentBuilder;
  readonly exclusive: Exclusive;
  /** Told of a step that failed. Nothing is lost by it; it is tried again when more was written. */
  readonly onFailure: (error: unknown) => void;
  /** Told when nothing is under way any more. */
  readonly onIdle: () => void;
  /** Told of each step as it begins and when it has ended. */
  readonly onStep?: ((step: MaintenanceStep) => void) | undefined;
}

export interface MaintenanceStep {
  readonly kind: "flush" | "merge" | "remove";
  readonly phase: "begin" | "end";
  /** Segments that are merged or removed. */
  readonly segmentCount: number;
}

export interface OptimizeOptions {
  /** Merge into as few segments as their size allows, and leave no dead rows. */
  readonly isFull: boolean;
  /** First make all terms anew, by the latest version of the analyzer; undefined: no. */
  readonly isReanalyzed?: boolean | undefined;
  readonly onProgress?: (progress: OptimizeProgress) => void;
  /** Looked at between two steps; its reason is thrown. */
  readonly signal?: AbortSignal;
}

export interface OptimizeProgress {
  readonly step: string;
  /** Merges. */
  readonly done: number;
  /** Merges in all, more when writes go on; 0: not known yet. */
  readonly total: number;
}

export interface Maintenance {
  /** Starts what is due, unless something is under way. */
  readonly start: () => void;
  /** Resolves when the journal is flushed if asked for, and no merge is due; rejects as a step does. */
  optimize(options: OptimizeOptions): Promise<void>;
  /** The live segment is as large as memory allows: writes wait for the flush. */
  isBehind(): boolean;
  /** Nothing is under way. */
  readonly isIdle: () => boolean;
  /** Resolves when nothing is under way. */
  readonly settle: () => Promise<void>;
  /** Begins no more steps and waits for the one under way. */
  close(): Promise<void>;
}

/** Live segments may grow to this many times the flush size while a flush or a merge is under way. */
const behindFactor = 4;

export function createMaintenance(
  collection: WritableCollection,
  options: MaintenanceOptions,
): Maintenance {
  const { view } = collection;
  let running: Promise<void> | undefined;
  let isClosed = false;
  /** Bytes of codes from which the next flush is due. */
  let flushAtBytes = options.flushBytes;
  /** After a failure, merges and deletes are not tried again before this generation. */
  let retryFrom = 0;
  /** The last step but for late deletes was a flush. */
  let hasFlushed = false;
  /** The oldest passage of the journal has waited long enough. */
  let isAged = false;
  let ageTimer: NodeJS.Timeout | undefined;
  const sizes = (): ReturnType<typeof segmentSizes> => segmentSizes(view);
  const step = async (
    kind: MaintenanceStep["kind"],
    segmentCount: number,
    run: () => Promise<void>,
  ): Promise<void> => {
    options.onStep?.({ kind, segmentCount, phase: "begin" });
    try {
      // Threads write by the folder's path, which may lead elsewhere by now.
      view.store.checkWritable();
      await run();
    } finally {
      options.onStep?.({ kind, segmentCount, phase: "end" });
    }
  };
  const runFlush = (): Promise<void> =>
    step("flush", 0, async () => {
      clearTimeout(ageTimer);
      ageTimer = undefined;
      await flush(collection, options);
      isAged = false;
      hasFlushed = true;
      flushAtBytes = options.flushBytes;
    });
  const runMerge = (ids: readonly number[]): Promise<void> =>
    step("merge", ids.length, async () => {
      hasFlushed = false;
      await merge(collection, ids, options);
    });
  const runReanalysis = ({
    onProgress,
    signal,
  }: {
    readonly onProgress: OptimizeOptions["onProgress"] | undefined;
    readonly signal: AbortSignal | undefined;
  }): Promise<void> =>
    reanalyze(collection, {
      ...options,
      signal,
      flush: runFlush,
      onSegment: (done, total) => onProgress?.({ step: "making terms anew", done, total }),
    });
  const runRemove = (): Promise<void> =>
    step("remove", collection.removableIds().length, () =>
      options.exclusive(() => removeObsolete(collection)),
    );

  const isFlushDue = (): boolean => {
    const { live, frozen } = view;
    // A frozen segment is left over from a flush that failed.
    const bytes = live.codeBytes + (frozen?.live.codeBytes ?? 0);
    const isLarge = live.rowCount >= options.flushRowsMax && flushAtBytes === options.flushBytes;
    return bytes >= flushAtBytes || isLarge || isAged;
  };
  const nextUpkeep = (): (() => Promise<void>) | undefined => {
    if (collection.removableIds().length > 0) return runRemove;
    const ids = planMerge(sizes(), options);
    return ids && (() => runMerge(ids));
  };
  const nextStep = (): (() => Promise<void>) | undefined => {
    const upkeep = view.manifest.generation < retryFrom ? undefined : nextUpkeep();
    // In turn: merges that never came would leave all that dies on the disk.
    if (isFlushDue() && (upkeep === undefined || !hasFlushed)) return runFlush;
    return upkeep;
  };
  const run = async (): Promise<void> => {
    try {
      for (let next = nextStep(); next !== undefined && !isClosed; next = nextStep()) await next();
    } catch (error) {
      if (isSluiceError(error) && error.reason === "STORAGE_FAILED") view.store.fail(error);
      // On a full disk each write would try in vain, at the cost of making the segment.
      const { live, frozen, manifest } = view;
      flushAtBytes = live.codeBytes + (frozen?.live.codeBytes ?? 0) + options.flushBytes / 4;
      retryFrom = manifest.generation + retryAfterCommits;
      isAged = false;
      options.onFailure(error);
    }
  };
  /** Nothing else is under way. */
  const enter = (work: () => Promise<void>): Promise<void> => {
    assert(running === undefined, "one step at a time");
    // Not at once: what the work publishes may ask whether something is to be started.
    const done = Promise.resolve()
      .then(work)
      .finally(() => {
        running = undefined;
        start();
        options.onIdle();
      });
    running = done.catch(() => undefined);
    return done;
  };
  const start = (): void => {
    if (isClosed || running !== undefined) return;
    if (nextStep() !== undefined) enter(run).catch(() => undefined);
    if (options.flushAgeMs !== undefined && view.live.rowCount > 0)
      ageTimer ??= setTimeout(() => {
        isAged = true;
        start();
      }, options.flushAgeMs).unref();
  };
  return {
    start,
    async optimize({ isFull, isReanalyzed = false, onProgress, signal }) {
      while (running !== undefined) await running;
      if (isClosed) throw new SluiceError("NOT_READY", "the server is stopping; try again later");
      await enter(async () => {
        if (isReanalyzed) await runReanalysis({ onProgress, signal });
        onProgress?.({ step: "flushing the journal", done: 0, total: 0 });
        await runFlush();
        const total = countMerges(sizes(), options, { isFull });
        for (let done = 0; ; done += 1) {
          onProgress?.({ step: "merging segments", done, total });
          signal?.throwIfAborted();
          const ids = isClosed ? undefined : planMerge(sizes(), options, { isFull });
          if (ids === undefined) break;
          await runMerge(ids);
        }
      });
    },
    isBehind: () =>
      running !== undefined && view.live.codeBytes >= behindFactor * options.flushBytes,
    isIdle: () => running === undefined,
    settle: async () => {
      while (running !== undefined) await running;
    },
    async close() {
      isClosed = true;
      clearTimeout(ageTimer);
      while (running !== undefined) await running;
    },
  };
}

/** Commits after which a merge or a delete that failed is tried again. */
const retryAfterCommits = 64;
