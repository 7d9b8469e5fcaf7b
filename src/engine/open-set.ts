// Which collections are open: at most `openMax`, each at least as long as it is used. An unused one
// is closed when another needs its place or its memory, or when it was not used for `idleMs`.

import { setTimeout as sleep } from "node:timers/promises";
import { assert } from "../core/assert.js";
import type { Clock } from "../core/clock.js";
import { SluiceError, isSluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { createSlots } from "../core/slots.js";
import type { Slots } from "../core/slots.js";
import { memoryOf } from "./open-collection.js";
import type { OpenCollection } from "./open-collection.js";

/** A collection that may be open. */
export interface Entry {
  readonly name: string;
  readonly folder: string;
  opened: OpenCollection | undefined;
  /** Resolves when it is open. Absent when it is closed and no caller waits for it. */
  ready: Promise<void> | undefined;
  /** Resolves when it is no longer being opened or closed; never rejects. */
  changing: Promise<void> | undefined;
  /** Uses, and callers that wait for it; while there are any, it is not closed. */
  useCount: number;
  lastUsedMs: number;
  isDropped: boolean;
  /** Resolves when it takes new uses again. Absent when it does. */
  gate: Promise<void> | undefined;
  /** Gives its place back. */
  leave: () => void;
}

export interface OpenSetOptions {
  /** Collections open at a time. */
  readonly openMax: number;
  /** Memory of the open collections above which unused ones are closed, bytes. */
  readonly openBytesMax: number;
  /** Time after which an unused one is closed, milliseconds. */
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

/** Collections that are opened at the same time: each open reads a whole collection. */
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
    gate: undefined,
    leave: () => undefined,
  };
}

/** The open collections; each stays open while it is in use. */
export class OpenSet {
  private readonly options: OpenSetOptions;
  /** Those that are open, the least recently used first. */
  private readonly used = new Set<Entry>();
  private readonly slots: Slots;
  private readonly opening = createSlots(openingMax, () => undefined);
  private readonly timer: NodeJS.Timeout;
  private closingCount = 0;

  constructor(options: OpenSetOptions) {
    this.options = options;
    this.slots = createSlots(options.openMax, () => this.closeForWaiting());
    const intervalMs = Math.min(idleCheckMsMax, options.idleMs / 4);
    this.timer = setInterval(() => this.closeUnused(), intervalMs).unref();
  }

  /** How many are open, being opened or being closed. */
  get openCount(): number {
    return this.options.openMax - this.slots.freeCount;
  }

  /**
   * Opens the entry unless it is open, and keeps it so until the use is released. Throws OVERLOADED
   * when that takes too long, COLLECTION_NOT_FOUND when it is dropped meanwhile, the signal's
   * reason, and what `open` throws.
   */
  async acquire(entry: Entry, wait: WaitOptions): Promise<Use> {
    while (entry.gate !== undefined) await withPatience(entry.gate, wait, this.options.openMax);
    entry.useCount += 1;
    try {
      for (;;) {
        if (entry.isDropped) throw notFound(entry.name);
        const { opened } = entry;
        if (opened !== undefined) return { opened, release: () => this.release(entry) };
        entry.ready ??= this.startOpening(entry);
        await withPatience(entry.ready, wait, this.options.openMax);
      }
    } catch (error) {
      this.release(entry);
      throw error;
    }
  }

  /**
   * A place for what is about to be made; the function that it resolves with gives the place back.
   * Throws OVERLOADED.
   */
  async reserve(wait: WaitOptions): Promise<() => void> {
    let isWanted = true;
    const taking = this.slots.take(() => isWanted);
    try {
      const leave = await withPatience(taking, wait, this.options.openMax);
      assert(leave !== undefined, "a place that is wanted is granted");
      return leave;
    } catch (error) {
      isWanted = false;
      taking.then((leave) => leave?.(), nothing);
      throw error;
    }
  }

  /** Enters what was made in a place that was reserved. */
  enter(entry: Entry, opened: OpenCollection, leave: () => void): void {
    entry.opened = opened;
    entry.leave = leave;
    entry.lastUsedMs = this.options.clock();
    entry.ready ??= Promise.resolve();
    this.used.add(entry);
  }

  /** Closes one of them for good, whoever uses it. */
  async drop(entry: Entry, close: CloseOne): Promise<void> {
    entry.isDropped = true;
    await entry.changing;
    const { opened } = entry;
    if (opened !== undefined) await this.closeEntry(entry, opened, close);
  }

  /**
   * Closes an open entry with `close` once nobody uses it; whoever asks for it meanwhile waits, and
   * opens it again afterwards. Throws OVERLOADED, with nothing done, when it stays in use, and what
   * `close` throws.
   */
  async closeForAWhile(entry: Entry, close: CloseOne): Promise<void> {
    await gated(entry, async () => {
      await untilUnused(entry, this.options.clock);
      if (entry.opened !== undefined) await this.closeEntry(entry, entry.opened, close);
    });
  }

  /** Closes unused collections for those that wait for a place; call when one may be unused now. */
  closeForWaiting(): void {
    while (this.slots.waitingCount > this.closingCount)
      if (this.closeOneUnused() === undefined) return;
  }

  /** Closes no more unused ones. */
  stop(): void {
    clearInterval(this.timer);
  }

  private startOpening(entry: Entry): Promise<void> {
    const ready = this.open(entry);
    ready.catch(() => {
      if (entry.ready === ready) entry.ready = undefined;
    });
    return ready;
  }

  private async open(entry: Entry): Promise<void> {
    await entry.changing;
    const isWanted = (): boolean => entry.useCount > 0 && !entry.isDropped;
    const leave = await this.slots.take(isWanted);
    if (leave === undefined) throw notFound(entry.name);
    const endOpening = await this.opening.take(isWanted);
    try {
      if (endOpening === undefined || entry.isDropped) throw notFound(entry.name);
      const opening = this.openWithRoom(entry);
      entry.changing = opening.then(nothing, nothing);
      this.enter(entry, await opening, leave);
      entry.changing = undefined;
    } catch (error) {
      entry.changing = undefined;
      leave();
      throw error;
    } finally {
      endOpening?.();
    }
    this.trimMemory();
  }

  /** At a limit of the system, closes unused collections and tries again. */
  private async openWithRoom(entry: Entry): Promise<OpenCollection> {
    for (;;)
      try {
        return await this.options.open(entry);
      } catch (error) {
        const isShort = isSluiceError(error) && error.reason === "SYSTEM_LIMIT";
        const closing = isShort ? this.closeOneUnused() : undefined;
        if (closing === undefined) throw error;
        await closing;
      }
  }

  private release(entry: Entry): void {
    entry.useCount -= 1;
    entry.lastUsedMs = this.options.clock();
    if (this.used.delete(entry)) this.used.add(entry);
    this.closeForWaiting();
  }

  private closeEntry(entry: Entry, opened: OpenCollection, close: CloseOne): Promise<void> {
    this.used.delete(entry);
    entry.opened = undefined;
    entry.ready = undefined;
    this.closingCount += 1;
    const closed = close(opened).finally(() => {
      this.closingCount -= 1;
      entry.changing = undefined;
      entry.leave();
    });
    entry.changing = closed.catch(nothing);
    return closed;
  }

  private closeUnusedEntry(entry: Entry, opened: OpenCollection): Promise<void> {
    return this.closeEntry(entry, opened, () => this.options.close(entry, opened));
  }

  /** Returns undefined when all collections are in use. */
  private closeOneUnused(): Promise<void> | undefined {
    for (const entry of this.used) {
      const { opened } = entry;
      if (opened !== undefined && isUnused(entry)) return this.closeUnusedEntry(entry, opened);
    }
    return undefined;
  }

  /** Closes those that have been unused for `idleMs`. */
  private closeUnused(): void {
    const before = this.options.clock() - this.options.idleMs;
    for (const entry of this.used) {
      const { opened } = entry;
      if (opened !== undefined && entry.lastUsedMs <= before && isUnused(entry))
        this.closeUnusedEntry(entry, opened).catch(nothing);
    }
  }

  private trimMemory(): void {
    let bytes = 0;
    for (const { opened } of this.used) bytes += opened === undefined ? 0 : memoryOf(opened);
    for (const entry of this.used) {
      const { opened } = entry;
      if (bytes <= this.options.openBytesMax) return;
      if (opened === undefined || !isUnused(entry)) continue;
      bytes -= memoryOf(opened);
      this.closeUnusedEntry(entry, opened).catch(nothing);
    }
  }
}

/** Time between two looks whether an entry is unused. */
const unusedPollMs = 10;

type CloseOne = (opened: OpenCollection) => Promise<void>;

/** Longest time between two checks for unused collections. */
const idleCheckMsMax = 15_000;

function nothing(): void {
  // For promises whose end matters and whose result does not.
}

function isUnused({ opened, useCount }: Entry): boolean {
  if (opened === undefined || useCount > 0) return false;
  return opened.searches.size === 0 && opened.writer.isIdle();
}

/** Lets nobody begin to use the entry until `work` has ended. */
async function gated(entry: Entry, work: () => Promise<void>): Promise<void> {
  while (entry.gate !== undefined) await entry.gate;
  let open = nothing;
  entry.gate = new Promise((resolve) => (open = resolve));
  try {
    await work();
  } finally {
    entry.gate = undefined;
    open();
  }
}

/** Throws OVERLOADED when the entry stays in use, or is closed meanwhile. */
async function untilUnused(entry: Entry, clock: Clock): Promise<void> {
  const endMs = clock() + limits.unusedWaitMs;
  while (!isUnused(entry)) {
    if (entry.opened === undefined || clock() > endMs)
      throw new SluiceError(
        "OVERLOADED",
        `collection "${entry.name}" was in use all the time, so its file was left as it is; optimize it again`,
      );
    await sleep(unusedPollMs);
  }
}

export function notFound(name: string): SluiceError {
  const message = `there is no collection "${name}"`;
  return new SluiceError("COLLECTION_NOT_FOUND", message, { field: "collection" });
}

/** What `ready` resolves with, unless the signal aborts or the time runs out first. */
async function withPatience<T>(
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
