// Which collections are open: at most so many, each as long as somebody uses it, the others closed
// when their place is wanted or nobody has asked for them for a while.

import { assert } from "../core/assert.js";
import type { Clock } from "../core/clock.js";
import { SluiceError, isSluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { createSlots } from "../core/slots.js";
import { memoryOf } from "./open-collection.js";
import type { OpenCollection } from "./open-collection.js";

/** A collection that may be open. */
export interface Entry {
  readonly name: string;
  readonly folder: string;
  opened: OpenCollection | undefined;
  /** Of one that is open, or waits to be. */
  ready: Promise<void> | undefined;
  /** Of one that is being opened, or closed; never rejects. */
  changing: Promise<void> | undefined;
  /** Who uses it, or waits for it: it is not closed meanwhile. */
  useCount: number;
  lastUsedMs: number;
  isDropped: boolean;
  /** Gives its place back. */
  leave: () => void;
}

export interface OpenSetOptions {
  /** Collections open at a time. */
  readonly openMax: number;
  /** Memory that they may take before those that nobody uses are closed, bytes. */
  readonly openBytesMax: number;
  /** Time after which one that nobody uses is closed, milliseconds. */
  readonly idleMs: number;
  readonly clock: Clock;
  readonly open: (entry: Entry) => Promise<OpenCollection>;
  /** Never rejects. */
  readonly close: (entry: Entry, opened: OpenCollection) => Promise<void>;
}

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long to wait, milliseconds. */
  readonly waitMs?: number | undefined;
}

export interface Use {
  readonly opened: OpenCollection;
  /** To be called once. */
  readonly release: () => void;
}

export interface OpenSet {
  /** How many are open, being opened or being closed. */
  openCount(): number;
  /**
   * Opens the entry unless it is open, and keeps it so until the use is released. Throws OVERLOADED
   * when that takes too long, COLLECTION_NOT_FOUND when it is dropped meanwhile, the signal's reason,
   * and what `open` throws.
   */
  acquire(entry: Entry, wait: WaitOptions): Promise<Use>;
  /** A place for what is about to be made; what is returned gives it back. Throws OVERLOADED. */
  reserve(wait: WaitOptions): Promise<() => void>;
  /** Enters what was made in a place that was reserved. */
  enter(entry: Entry, opened: OpenCollection, leave: () => void): void;
  /** Closes one of them for good, whoever uses it. */
  drop(entry: Entry, close: (opened: OpenCollection) => Promise<void>): Promise<void>;
  /** Something may have become idle: whoever waits for a place may get its. */
  look(): void;
  /** Closes no more idle ones. */
  stop(): void;
}

/** Opened at the same time: each reads all of a collection, and takes turns with everything else. */
const openingMax = 2;

export function createEntry(name: string, folder: string): Entry {
  return {
    name,
    folder,
    opened: undefined,
    ready: undefined,
    changing: undefined,
    useCount: 0,
    lastUsedMs: 0,
    isDropped: false,
    leave: () => undefined,
  };
}

export function createOpenSet(options: OpenSetOptions): OpenSet {
  const { clock, openMax } = options;
  /** Those that are open, the least recently used first. */
  const used = new Set<Entry>();
  const slots = createSlots(openMax, () => look());
  const gate = createSlots(openingMax, () => undefined);
  let closingCount = 0;

  const closeEntry = (entry: Entry, opened: OpenCollection, close: CloseOne): Promise<void> => {
    used.delete(entry);
    entry.opened = undefined;
    entry.ready = undefined;
    closingCount += 1;
    const closed = close(opened).finally(() => {
      closingCount -= 1;
      entry.changing = undefined;
      entry.leave();
    });
    entry.changing = closed.catch(nothing);
    return closed;
  };
  const closeIdle = (entry: Entry, opened: OpenCollection): Promise<void> =>
    closeEntry(entry, opened, () => options.close(entry, opened));
  /** Undefined: there is none that nobody uses. */
  const closeOneIdle = (): Promise<void> | undefined => {
    for (const entry of used) {
      const { opened } = entry;
      if (opened === undefined || !isIdle(entry)) continue;
      return closeIdle(entry, opened);
    }
    return undefined;
  };
  const look = (): void => {
    while (slots.waitingCount > closingCount) if (closeOneIdle() === undefined) return;
  };
  const closeUnused = (): void => {
    const before = clock() - options.idleMs;
    for (const entry of used) {
      const { opened } = entry;
      if (opened !== undefined && entry.lastUsedMs <= before && isIdle(entry))
        closeIdle(entry, opened).catch(nothing);
    }
  };
  const timer = setInterval(closeUnused, Math.min(lookMsMax, options.idleMs / 4)).unref();

  /** A system that has no more to give may have when another was closed. */
  const openWithRoom = async (entry: Entry): Promise<OpenCollection> => {
    for (;;)
      try {
        return await options.open(entry);
      } catch (error) {
        const isShort = isSluiceError(error) && error.reason === "SYSTEM_LIMIT";
        const closing = isShort ? closeOneIdle() : undefined;
        if (closing === undefined) throw error;
        await closing;
      }
  };
  const open = async (entry: Entry): Promise<void> => {
    await entry.changing;
    const isWanted = (): boolean => entry.useCount > 0 && !entry.isDropped;
    const leave = await slots.take(isWanted);
    if (leave === undefined) throw notFound(entry.name);
    const pass = await gate.take(isWanted);
    try {
      if (pass === undefined || entry.isDropped) throw notFound(entry.name);
      const opening = openWithRoom(entry);
      entry.changing = opening.then(nothing, nothing);
      enter(entry, await opening, leave);
      entry.changing = undefined;
    } catch (error) {
      entry.changing = undefined;
      leave();
      throw error;
    } finally {
      pass?.();
    }
    trimMemory();
  };
  const enter = (entry: Entry, opened: OpenCollection, leave: () => void): void => {
    entry.opened = opened;
    entry.leave = leave;
    entry.lastUsedMs = clock();
    entry.ready ??= Promise.resolve();
    used.add(entry);
  };
  const trimMemory = (): void => {
    let bytes = 0;
    for (const { opened } of used) bytes += opened === undefined ? 0 : memoryOf(opened);
    for (const entry of used) {
      const { opened } = entry;
      if (bytes <= options.openBytesMax) return;
      if (opened === undefined || !isIdle(entry)) continue;
      bytes -= memoryOf(opened);
      closeIdle(entry, opened).catch(nothing);
    }
  };
  const release = (entry: Entry): void => {
    entry.useCount -= 1;
    entry.lastUsedMs = clock();
    if (used.delete(entry)) used.add(entry);
    look();
  };
  const startOpening = (entry: Entry): Promise<void> => {
    const ready = open(entry);
    ready.catch(() => {
      if (entry.ready === ready) entry.ready = undefined;
    });
    return ready;
  };
  return {
    openCount: () => openMax - slots.freeCount,
    async acquire(entry, wait) {
      entry.useCount += 1;
      try {
        for (;;) {
          if (entry.isDropped) throw notFound(entry.name);
          const { opened } = entry;
          if (opened !== undefined) return { opened, release: () => release(entry) };
          entry.ready ??= startOpening(entry);
          await patience(entry.ready, wait, openMax);
        }
      } catch (error) {
        release(entry);
        throw error;
      }
    },
    async reserve(wait) {
      let isWanted = true;
      const taking = slots.take(() => isWanted);
      try {
        const leave = await patience(taking, wait, openMax);
        assert(leave !== undefined, "a place that is wanted is granted");
        return leave;
      } catch (error) {
        isWanted = false;
        taking.then((leave) => leave?.(), nothing);
        throw error;
      }
    },
    enter,
    async drop(entry, close) {
      entry.isDropped = true;
      await entry.changing;
      const { opened } = entry;
      if (opened !== undefined) await closeEntry(entry, opened, close);
    },
    look,
    stop: () => clearInterval(timer),
  };
}

type CloseOne = (opened: OpenCollection) => Promise<void>;

/** Time between two looks for those that nobody uses, at most. */
const lookMsMax = 15_000;

function nothing(): void {
  // Who waits for the end of something need not know how it ended.
}

function isIdle({ opened, useCount }: Entry): boolean {
  if (opened === undefined || useCount > 0) return false;
  return opened.searches.size === 0 && opened.writer.isIdle();
}

export function notFound(name: string): SluiceError {
  const message = `there is no collection "${name}"`;
  return new SluiceError("COLLECTION_NOT_FOUND", message, { field: "collection" });
}

/** What `ready` resolves with, unless the signal or the time comes first. */
async function patience<T>(
  ready: Promise<T>,
  { signal, waitMs = limits.openWaitMsMax }: WaitOptions,
  openMax: number,
): Promise<T> {
  signal?.throwIfAborted();
  let stop = nothing;
  const stopped = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(abortReason(signal));
    const onTimeout = (): void =>
      reject(
        new SluiceError(
          "OVERLOADED",
          `the collection could not be opened in time: ${openMax} may be open at once, and all are in use`,
        ),
      );
    const timer = setTimeout(onTimeout, Math.max(0, Math.min(waitMs, limits.openWaitMsMax)));
    signal?.addEventListener("abort", onAbort);
    stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
  });
  stopped.catch(nothing);
  try {
    return await Promise.race([ready, stopped]);
  } finally {
    stop();
  }
}

function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new SluiceError("CANCELLED", "the caller disconnected");
}
