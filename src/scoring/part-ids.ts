// Ids for the shared memory that scoring threads keep, so that a task names a segment instead of
// sending it: a handle to shared memory counts as memory of the thread that gets it, and hundreds
// of them a task would keep its garbage collector busy.

import { BroadcastChannel } from "node:worker_threads";

import type { SegmentCodes } from "../index/segment-codes.js";
import type { LivePart, SegmentPart } from "../index/segment-parts.js";
import type { RetireMessage } from "./score.protocol.js";

export interface PartIds {
  /**
   * The same id as long as the part's buffers are the same, whatever its ordinals and tombstones.
   */
  idOf(part: SegmentPart): number;
  /** Releases the id of a part that is no longer used. */
  retire(part: SegmentPart): void;
}

/** `onRetired` is called with ids whose buffers are no longer used. */
export function createPartIds(onRetired: (id: number) => void): PartIds {
  const known = new WeakMap<SegmentCodes, { id: number; buffers: readonly unknown[] }>();
  const collected = new FinalizationRegistry<{ id: number }>(({ id }) => onRetired(id));
  let last = 0;
  return {
    idOf(part) {
      const buffers = buffersOf(part);
      const entry = known.get(part.codes);
      if (entry === undefined) {
        const made = { id: (last += 1), buffers };
        known.set(part.codes, made);
        collected.register(part.codes, made);
        return made.id;
      }
      if (!entry.buffers.every((buffer, i) => buffer === buffers[i])) {
        // A live segment has outgrown one of its buffers.
        onRetired(entry.id);
        entry.id = last += 1;
        entry.buffers = buffers;
      }
      return entry.id;
    },
    retire({ codes }) {
      const entry = known.get(codes);
      known.delete(codes);
      if (entry !== undefined) onRetired(entry.id);
    },
  };
}

function buffersOf(part: SegmentPart): unknown[] {
  return part.kind === "flushed" ? [part.tables] : liveBuffersOf(part);
}

function liveBuffersOf({ refineCodes, tokenOffsets, sketches, terms }: LivePart): unknown[] {
  const { ends, termIds, counts, lengths } = terms;
  return [refineCodes, tokenOffsets, sketches, ends, termIds, counts, lengths];
}

function isShared(codes: SegmentCodes | undefined): boolean {
  return codes === undefined || codes instanceof SharedArrayBuffer;
}

/** A thread that has not answered in this time may have ended: it is taken to have no handle. */
const releaseMsMax = 10_000;

/** The ids of one pool, whose threads drop what is retired. */
export class PartRetirement {
  readonly #channel: BroadcastChannel;
  readonly #workerCount: number;
  readonly #ids = createPartIds((retired) => {
    // The garbage collector finds parts also when the threads are gone.
    if (!this.#isClosed) this.#send({ retired });
  });
  /** By folder, called for each thread that has closed its handle. */
  readonly #expected = new Map<string, () => void>();
  #isClosed = false;

  /** `channelName`: that on which the threads listen; unique in the process. */
  constructor(channelName: string, workerCount: number) {
    this.#workerCount = workerCount;
    this.#channel = new BroadcastChannel(channelName);
    this.#channel.onmessage = (message) => {
      const data = (message as MessageEvent).data as RetireMessage;
      if ("releasedFolder" in data) this.#expected.get(data.releasedFolder)?.();
    };
    this.#channel.unref();
  }

  idOf(part: SegmentPart): number {
    return this.#ids.idOf(part);
  }

  /**
   * Resolves when no thread has a handle on the folder, whose collection was closed with `parts`.
   */
  async release(folder: string, parts: readonly SegmentPart[]): Promise<void> {
    for (const part of parts) this.#ids.retire(part);
    // Only codes in the map make a thread open a handle.
    if (parts.every((part) => isShared(part.codes) && isShared(part.refineCodes))) return;
    const released = this.#released(folder);
    this.#send({ closedFolder: folder });
    await released;
  }

  close(): void {
    this.#isClosed = true;
    this.#channel.close();
  }

  #released(folder: string): Promise<void> {
    return new Promise((resolve) => {
      let missing = this.#workerCount;
      const done = (): void => {
        clearTimeout(timer);
        this.#expected.delete(folder);
        resolve();
      };
      const timer = setTimeout(done, releaseMsMax);
      this.#expected.set(folder, () => {
        missing -= 1;
        if (missing === 0) done();
      });
    });
  }

  #send(message: RetireMessage): void {
    this.#channel.postMessage(message);
  }
}
