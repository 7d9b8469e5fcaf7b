// Turns the journal's passages into a segment, in one atomic commit.

import { rowBytes } from "../kernels/kernels.js";
import { isBitSet } from "../index/bm25/bits.js";
import { publishGeneration, newLiveSegment } from "../index/collection.js";
import type { Collection } from "../index/collection.js";
import { openFlushedSegment } from "../index/flushed-segment.js";
import { flushedEntry } from "../index/generation.js";
import { undeletedPassages } from "../index/live-image.js";
import type { LiveImage } from "../index/live-image.js";
import { writeSegment } from "../index/segment-writer.js";
import type { WrittenSegment } from "../index/segment-writer.js";

/** Makes a segment of a live segment's undeleted passages; in a server, in the maintenance worker. */
export type BuildSegment = (image: LiveImage) => Promise<WrittenSegment>;

/** The same on the calling thread. */
export const buildSegmentHere: BuildSegment = (image) =>
  Promise.resolve(writeSegment(undeletedPassages(image)));

/**
 * Writes the live segment's undeleted passages as a segment and empties the journal. Called by the
 * collection's writer only, between two commits. A crash leaves the journal or the segment, never
 * both. O(bytes + t log t) for t distinct terms.
 */
export async function flushLive(collection: Collection, buildSegment: BuildSegment): Promise<void> {
  const { live, liveTombstones, manifest, settings } = collection;
  const journalDeletes = undeletedSequences(collection);
  const first = journalDeletes[0];
  const last = journalDeletes.at(-1);
  if (first === undefined || last === undefined) {
    replaceLive(collection);
    return;
  }
  const id = manifest.nextSegmentId;
  const written = await buildSegment(live.image(liveTombstones));
  const entry = {
    id,
    passageCount: journalDeletes.length,
    firstSequence: first,
    lastSequence: last,
  };
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

function undeletedSequences({ live, liveTombstones }: Collection): number[] {
  const dead = liveTombstones && new Uint8Array(liveTombstones);
  const sequences: number[] = [];
  for (let row = 0; row < live.rowCount; row += 1)
    if (dead === undefined || !isBitSet(dead, row)) sequences.push(live.sequenceAt(row));
  return sequences;
}

function replaceLive(collection: Collection): void {
  collection.live = newLiveSegment();
  collection.liveTombstones = undefined;
  publishGeneration(collection);
}
