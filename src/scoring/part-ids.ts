// Numbers for the shared memory that workers keep, so that a task names a segment instead of sending
// it: a handle to shared memory counts as memory of the thread that gets it, and hundreds of them a
// task would keep its garbage collector busy.

import type { SegmentCodes } from "../index/segment-codes.js";
import type { LivePart, SegmentPart } from "../index/segment-parts.js";

export interface PartIds {
  /** The same number as long as the part's buffers are the same, whatever its rows and tombstones. */
  idOf(part: SegmentPart): number;
  /** Nobody will use the part any more. */
  retire(part: SegmentPart): void;
}

/** `onRetired` hears of numbers whose buffers nobody uses any more. */
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

function liveBuffersOf({ rowOffsets, sketches, terms }: LivePart): unknown[] {
  return [rowOffsets, sketches, terms.ends, terms.termIds, terms.counts, terms.lengths];
}
