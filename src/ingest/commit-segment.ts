// The small commit that names a segment in the manifest after it was built and stored.

import { toPassageOrdinal } from "../core/ids.js";
import { countBits, withBits } from "../index/bm25/bits.js";
import { tokenBytesOf } from "../index/collection.js";
import type { Collection, OpenedSegment, WritableCollection } from "../index/collection.js";
import { openFlushedSegment } from "../index/flushed-segment.js";
import type { FlushedSegment } from "../index/flushed-segment.js";
import { flushedEntry } from "../index/generation.js";
import type { BuiltCodes, BuiltSegment } from "../index/segment-build.js";
import { mappedCodes } from "../index/segment-codes.js";
import type { SegmentCodes } from "../index/segment-codes.js";
import type { CodePlane, Manifest, SegmentEntry } from "../store/stored-values.js";

/** Runs a step between two commits, so that no write is planned or committed meanwhile. */
export type Exclusive = (step: () => Promise<void> | void) => Promise<void>;

export interface Replacement {
  /** Undefined when none of the replaced passages is left. */
  readonly added: OpenedSegment | undefined;
  /** Segments, neighbors in the manifest, whose passages `added` holds. */
  readonly replacedIds: readonly number[];
  /** Sequences of the journal that `added` holds. */
  readonly journalDeletes?: Float64Array;
}

/**
 * Runs exclusively. Resolves with the new manifest once it is on disk; nothing is changed when it
 * rejects, and a crash leaves the old state or the new one.
 */
export async function commitSegment(
  collection: Collection,
  { added, replacedIds, journalDeletes }: Replacement,
): Promise<Manifest> {
  const { manifest, nextSegmentId, store } = collection;
  const segments = [...manifest.segments];
  const at = segments.findIndex(({ id }) => replacedIds.includes(id));
  const entries = added === undefined ? [] : [toEntry(added)];
  if (at < 0) segments.push(...entries);
  else segments.splice(at, replacedIds.length, ...entries);
  const next = {
    ...manifest,
    generation: manifest.generation + 1,
    nextSegmentId,
    segments,
    ...(journalDeletes === undefined ? {} : { journalCount: liveCount(collection) }),
  };
  await store.commit({
    manifest: next,
    journalDeletes: journalDeletes ?? [],
    tombstonePuts: tombstonePutsOf(added === undefined ? [] : [added]),
  });
  return next;
}

/** Passages that were written since the frozen live segment was replaced. */
function liveCount({ live, liveTombstones }: Collection): number {
  const dead = liveTombstones === undefined ? 0 : countBits(new Uint8Array(liveTombstones));
  return live.ordinalCount - dead;
}

function toEntry({ segment, entry }: OpenedSegment): SegmentEntry {
  const { id, ordinalCount } = segment;
  return {
    id,
    passageCount: ordinalCount,
    firstSequence: segment.sequenceAt(toPassageOrdinal(0)),
    lastSequence: segment.sequenceAt(toPassageOrdinal(ordinalCount - 1)),
    deadCount: ordinalCount - entry.totals.passageCount,
  };
}

/** Opens a segment that was just stored under `id`. */
export function openBuilt(collection: Collection, id: number, built: BuiltSegment): FlushedSegment {
  const { folder } = collection.store;
  const toCodes = (plane: CodePlane, { shared, byteLength }: BuiltCodes): SegmentCodes =>
    shared ?? mappedCodes({ folder, segmentId: id, plane, byteLength });
  const bytes = {
    tables: built.tables,
    codes: toCodes("codes", built.codes),
    refineCodes: built.refineCodes && toCodes("refineCodes", built.refineCodes),
  };
  return openFlushedSegment(id, bytes, tokenBytesOf(collection.settings));
}

/** `deadOrdinals`: ordinals of passages that were deleted while the segment was built. */
export function withDeadOrdinals(
  segment: FlushedSegment,
  deadOrdinals: readonly number[],
): OpenedSegment {
  const { ordinalCount } = segment;
  const tombstones =
    deadOrdinals.length === 0 ? undefined : withBits(undefined, ordinalCount, deadOrdinals);
  return { segment, entry: flushedEntry(segment, tombstones) };
}

/** Tombstones by id, as a commit stores them. */
export function tombstonePutsOf(segments: Iterable<OpenedSegment>): Map<number, Uint8Array> {
  const puts = new Map<number, Uint8Array>();
  for (const { segment, entry } of segments) {
    const { tombstones } = entry.part;
    if (tombstones !== undefined) puts.set(segment.id, new Uint8Array(tombstones));
  }
  return puts;
}

/** Runs exclusively. Deletes what no manifest and no held generation names, in its own commit. */
export async function removeObsolete(collection: WritableCollection): Promise<void> {
  const ids = collection.removableIds();
  const { store, manifest } = collection.view;
  await store.commit({ manifest, segmentDeletes: ids });
  collection.removed(ids);
}
