// The one small commit with which a segment that was built takes its place.

import { countBits } from "../index/bm25/bits.js";
import { publishGeneration, tokenRowBytesOf } from "../index/collection.js";
import type { Collection } from "../index/collection.js";
import { openFlushedSegment } from "../index/flushed-segment.js";
import type { FlushedSegment } from "../index/flushed-segment.js";
import { flushedEntry } from "../index/generation.js";
import type { BuiltSegment } from "../index/segment-build.js";
import { mappedCodes } from "../index/segment-codes.js";
import type { SegmentEntry } from "../store/stored-values.js";
import { copyBits, setBit } from "./write-plan.js";

/** Runs a step alone: no write is being worked out or committed meanwhile. */
export type Exclusive = (step: () => Promise<void> | void) => Promise<void>;

export interface Replacement {
  readonly segmentId: number;
  /** Undefined: no passage lives. */
  readonly built: BuiltSegment | undefined;
  /** Segments, neighbors in the manifest, whose passages it holds. */
  readonly replacedIds: readonly number[];
  /** Sequences of the journal that it holds. */
  readonly journalDeletes?: Float64Array;
  /** Its rows that died while it was built. */
  deadRows(segment: FlushedSegment): Iterable<number>;
}

/** Run alone. Nothing is changed when it rejects; a crash leaves the old state or the new one. */
export async function putInPlace(collection: Collection, made: Replacement): Promise<void> {
  const { manifest } = collection;
  const opened = made.built && openBuilt(collection, made.segmentId, made.built);
  const segments = [...manifest.segments];
  const at = segments.findIndex(({ id }) => made.replacedIds.includes(id));
  const dead = opened === undefined ? [] : [...made.deadRows(opened)];
  const entries = opened === undefined ? [] : [toEntry(opened, dead.length)];
  if (at < 0) segments.push(...entries);
  else segments.splice(at, made.replacedIds.length, ...entries);
  const next = {
    ...manifest,
    generation: manifest.generation + 1,
    nextSegmentId: Math.max(manifest.nextSegmentId, made.segmentId + 1),
    segments,
    ...(made.journalDeletes === undefined ? {} : { journalCount: liveCount(collection) }),
  };
  let tombstones: SharedArrayBuffer | undefined;
  if (opened !== undefined && dead.length > 0) {
    tombstones = copyBits(undefined, opened.rowCount);
    for (const row of dead) setBit(tombstones, row);
  }
  await collection.store.commit({
    manifest: next,
    journalDeletes: made.journalDeletes ?? [],
    tombstonePuts: new Map(tombstones && [[made.segmentId, new Uint8Array(tombstones)]]),
  });
  collection.manifest = next;
  for (const id of made.replacedIds) {
    collection.flushed.delete(id);
    collection.obsolete.add(id);
  }
  if (opened !== undefined) {
    collection.obsolete.delete(opened.id);
    const entry = flushedEntry(opened, tombstones);
    collection.flushed.set(opened.id, { segment: opened, entry });
  }
}

/** Passages that were written since the live segment before was frozen. */
function liveCount({ live, liveTombstones }: Collection): number {
  const dead = liveTombstones === undefined ? 0 : countBits(new Uint8Array(liveTombstones));
  return live.rowCount - dead;
}

/** A segment that was just stored under `id`. */
export function openBuilt(collection: Collection, id: number, built: BuiltSegment): FlushedSegment {
  const { folder } = collection.store;
  const { tables, codeBytes } = built;
  const codes = built.codes ?? mappedCodes({ folder, segmentId: id, byteLength: codeBytes });
  return openFlushedSegment(id, { tables, codes }, tokenRowBytesOf(collection.settings));
}

function toEntry(segment: FlushedSegment, deadCount: number): SegmentEntry {
  const { id, rowCount } = segment;
  return {
    id,
    passageCount: rowCount,
    firstSequence: segment.sequenceAt(0),
    lastSequence: segment.sequenceAt(rowCount - 1),
    deadCount,
  };
}

/** Deletes what no manifest and no held generation names, in a commit of its own. Run alone. */
export async function removeObsolete(collection: Collection): Promise<void> {
  const ids = removableIds(collection);
  const { manifest } = collection;
  await collection.store.commit({ manifest, segmentDeletes: ids });
  for (const id of ids) collection.obsolete.delete(id);
  // The generation before pins the moment before: while it is held the pages are not free.
  publishGeneration(collection);
}

export function removableIds({ obsolete, held }: Collection): number[] {
  const named = new Set<number>();
  for (const { segments } of held)
    for (const { segmentId } of segments) if (segmentId !== undefined) named.add(segmentId);
  return [...obsolete].filter((id) => !named.has(id));
}

/** An id that nothing is stored under. What is, before a manifest names it, is to be deleted. */
export function takeSegmentId(collection: Collection): number {
  const id = collection.nextSegmentId;
  collection.nextSegmentId += 1;
  collection.obsolete.add(id);
  return id;
}
