// Turns the journal's passages into a segment, in one atomic commit.

import { rowBytes } from "../kernels/kernels.js";
import { isBitSet } from "../index/bm25/bits.js";
import { publishGeneration, newLiveSegment } from "../index/collection.js";
import type { Collection } from "../index/collection.js";
import { openFlushedSegment } from "../index/flushed-segment.js";
import { flushedEntry } from "../index/generation.js";
import { writeSegment } from "../index/segment-writer.js";
import type { SegmentPassage } from "../index/segment-writer.js";

/**
 * Writes the live segment's undeleted passages as a segment and empties the journal. Called by the
 * collection's writer only, between two commits. A crash leaves the journal or the segment, never
 * both. O(bytes + t log t) for t distinct terms.
 */
export async function flushLive(collection: Collection): Promise<void> {
  const { live, liveTombstones, manifest, settings } = collection;
  const dead = liveTombstones && new Uint8Array(liveTombstones);
  const passages: SegmentPassage[] = [];
  const journalDeletes: number[] = [];
  for (let row = 0; row < live.rowCount; row += 1) {
    if (dead !== undefined && isBitSet(dead, row)) continue;
    passages.push(live.passageAt(row));
    journalDeletes.push(live.sequenceAt(row));
  }
  const first = journalDeletes[0];
  const last = journalDeletes.at(-1);
  if (first === undefined || last === undefined) {
    replaceLive(collection);
    return;
  }
  const id = manifest.nextSegmentId;
  const written = writeSegment(passages);
  const entry = { id, passageCount: passages.length, firstSequence: first, lastSequence: last };
  const next = {
    ...manifest,
    generation: manifest.generation + 1,
    nextSegmentId: id + 1,
    segments: [...manifest.segments, entry],
  };
  const bytes = { tables: new Uint8Array(written.tables), codes: new Uint8Array(written.codes) };
  await collection.store.commit({
    manifest: next,
    journalDeletes,
    segmentPuts: new Map([[id, bytes]]),
  });
  const segment = openFlushedSegment(id, written, rowBytes(settings.dim, settings.bits));
  collection.flushed.set(id, { segment, entry: flushedEntry(segment, undefined) });
  collection.manifest = next;
  replaceLive(collection);
}

function replaceLive(collection: Collection): void {
  collection.live = newLiveSegment();
  collection.liveTombstones = undefined;
  publishGeneration(collection);
}
