// Turns the journal's passages into a segment: built beside the writes, put in place in one commit.

import { isBitSet } from "../index/bm25/bits.js";
import { publishGeneration } from "../index/collection.js";
import { createLiveSegment } from "../index/live-segment.js";
import type { Collection, FrozenSegment } from "../index/collection.js";
import type { FlushedSegment } from "../index/flushed-segment.js";
import { putInPlace, takeSegmentId } from "./put-in-place.js";
import type { Exclusive } from "./put-in-place.js";
import type { SegmentBuilder } from "./segment-builder.js";

/**
 * Freezes the live segment, so that writes go on in a new one; has its undeleted passages made a
 * segment; then names it in the manifest and empties the journal of them, in one commit. A crash
 * leaves the journal or the segment, never both; a failure leaves the frozen segment, which the next
 * flush takes up again.
 */
export async function flush(
  collection: Collection,
  { builder, exclusive }: { readonly builder: SegmentBuilder; readonly exclusive: Exclusive },
): Promise<void> {
  await exclusive(() => freeze(collection));
  const { frozen } = collection;
  if (frozen === undefined) return;
  const sequences = undeletedSequences(frozen);
  const segmentId = takeSegmentId(collection);
  const { folder } = collection.store;
  const result =
    sequences.length === 0
      ? ({ kind: "empty" } as const)
      : await builder.build({ kind: "flush", folder, segmentId, sequences });
  await exclusive(async () => {
    if (result.kind === "built")
      await putInPlace(collection, {
        segmentId,
        built: result,
        replacedIds: [],
        journalDeletes: sequences,
        deadRows: (segment) => deadRows(segment, collection.frozen),
      });
    collection.frozen = undefined;
    publishGeneration(collection);
  });
}

function freeze(collection: Collection): void {
  if (collection.frozen !== undefined || collection.live.rowCount === 0) return;
  collection.frozen = { live: collection.live, tombstones: collection.liveTombstones };
  collection.live = createLiveSegment();
  collection.liveTombstones = undefined;
  publishGeneration(collection);
}

function undeletedSequences({ live, tombstones }: FrozenSegment): Float64Array {
  const dead = tombstones && new Uint8Array(tombstones);
  const sequences: number[] = [];
  for (let row = 0; row < live.rowCount; row += 1)
    if (dead === undefined || !isBitSet(dead, row)) sequences.push(live.sequenceAt(row));
  return Float64Array.from(sequences);
}

function* deadRows(
  segment: FlushedSegment,
  frozen: FrozenSegment | undefined,
): Generator<number, void, void> {
  if (frozen?.tombstones === undefined) return;
  const dead = new Uint8Array(frozen.tombstones);
  for (let row = 0; row < segment.rowCount; row += 1)
    if (isBitSet(dead, frozen.live.rowOf(segment.sequenceAt(row)))) yield row;
}
