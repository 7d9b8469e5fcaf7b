// Writes the journal's passages as a segment: built beside the writes, named in one commit.

import { nextOrdinal, toPassageOrdinal } from "../core/ids.js";
import { isBitSet } from "../index/bm25/bits.js";
import type { FrozenSegment, WritableCollection } from "../index/collection.js";
import type { FlushedSegment } from "../index/flushed-segment.js";
import { commitSegment, openBuilt, withDeadOrdinals } from "./commit-segment.js";
import type { Exclusive } from "./commit-segment.js";
import { fixCentre } from "./first-rows.js";
import type { SegmentBuilder } from "./segment-builder.js";

/**
 * Freezes the live segment, so that writes go on in a new one; builds a segment of its undeleted
 * passages; then names it in the manifest and deletes them from the journal, in one commit. A crash
 * leaves the journal or the segment, never both; a failure leaves the frozen segment, with which
 * the next flush starts.
 */
export async function flush(
  collection: WritableCollection,
  { builder, exclusive }: { readonly builder: SegmentBuilder; readonly exclusive: Exclusive },
): Promise<void> {
  const { view } = collection;
  await exclusive(async () => {
    await fixCentre(collection);
    collection.freezeLive();
  });
  if (view.frozen === undefined) return;
  const sequences = undeletedSequences(view.frozen);
  const segmentId = collection.takeSegmentId();
  const { folder } = view.store;
  const result =
    sequences.length === 0
      ? ({ kind: "empty" } as const)
      : await builder.build({ kind: "flush", folder, segmentId, sequences });
  await exclusive(async () => {
    if (result.kind !== "built") {
      collection.dropFrozen();
      return;
    }
    const segment = openBuilt(view, segmentId, result);
    const added = withDeadOrdinals(segment, deadOrdinals(segment, view.frozen));
    const replacement = { added, replacedIds: [], journalDeletes: sequences };
    collection.installFlushed(await commitSegment(view, replacement), added);
  });
}

function undeletedSequences({ live, tombstones }: FrozenSegment): Float64Array {
  const dead = tombstones && new Uint8Array(tombstones);
  const sequences: number[] = [];
  for (
    let ordinal = toPassageOrdinal(0);
    ordinal < live.ordinalCount;
    ordinal = nextOrdinal(ordinal)
  )
    if (dead === undefined || !isBitSet(dead, ordinal)) sequences.push(live.sequenceAt(ordinal));
  return Float64Array.from(sequences);
}

/**
 * Ordinals in the built segment of passages that were deleted since the live segment was frozen.
 */
function deadOrdinals(segment: FlushedSegment, frozen: FrozenSegment | undefined): number[] {
  if (frozen?.tombstones === undefined) return [];
  const dead = new Uint8Array(frozen.tombstones);
  const ordinals: number[] = [];
  for (
    let ordinal = toPassageOrdinal(0);
    ordinal < segment.ordinalCount;
    ordinal = nextOrdinal(ordinal)
  ) {
    const before = frozen.live.ordinalOf(segment.sequenceAt(ordinal));
    if (before !== undefined && isBitSet(dead, before)) ordinals.push(ordinal);
  }
  return ordinals;
}
