// Opens a stored segment and compares it with its entry in the manifest.

import { toPassageOrdinal } from "../core/ids.js";
import { SluiceError } from "../core/errors.js";
import { mappedBytesMin } from "../store/segment-store.js";
import type { SegmentReads } from "../store/store.js";
import type { CodePlane, SegmentEntry } from "../store/stored-values.js";
import { countBits } from "./bm25/bits.js";
import { openFlushedSegment, tokenTotalOf } from "./flushed-segment.js";
import type { FlushedSegment, TokenBytes } from "./flushed-segment.js";
import { mappedCodes } from "./segment-codes.js";
import type { SegmentCodes } from "./segment-codes.js";
import type { Tombstones } from "./segment-parts.js";

/**
 * Small codes are read into shared memory; large ones stay where they are, unchecked until they are
 * used. Throws DATA_CORRUPT, also when it is not the segment that the manifest means. O(bytes).
 */
export function openStoredSegment(
  store: SegmentReads,
  entry: SegmentEntry,
  tokenBytes: TokenBytes,
): FlushedSegment {
  const { id } = entry;
  const tables = store.readTables(id);
  const tokenTotal = tokenTotalOf(tables);
  const openCodes = (plane: CodePlane, bytes: number): SegmentCodes => {
    const byteLength = tokenTotal * bytes;
    return byteLength > mappedBytesMin
      ? mappedCodes({ folder: store.folder, segmentId: id, plane, byteLength })
      : store.readCodes(id, plane);
  };
  const codes = openCodes("codes", tokenBytes.codes);
  const refineCodes =
    tokenBytes.refineCodes === undefined
      ? undefined
      : openCodes("refineCodes", tokenBytes.refineCodes);
  const segment = openFlushedSegment(id, { tables, codes, refineCodes }, tokenBytes);
  const { ordinalCount } = segment;
  if (ordinalCount !== entry.passageCount)
    throw damaged(id, `it has ${ordinalCount} passages instead of ${entry.passageCount}`);
  const isMeant =
    segment.sequenceAt(toPassageOrdinal(0)) === entry.firstSequence &&
    segment.sequenceAt(toPassageOrdinal(ordinalCount - 1)) === entry.lastSequence;
  if (!isMeant) throw damaged(id, "its passages are not those that the manifest names");
  return segment;
}

/** Throws DATA_CORRUPT, also when another number of passages is deleted than the manifest says. */
export function readTombstones(store: SegmentReads, entry: SegmentEntry): Tombstones {
  const bits = store.readTombstones(entry.id) ?? new Uint8Array();
  const deadCount = countBits(bits);
  if (entry.deadCount !== undefined && deadCount !== entry.deadCount)
    throw damaged(
      entry.id,
      `${deadCount} of its passages are marked as deleted instead of ${entry.deadCount}`,
    );
  if (bits.length === 0) return undefined;
  const shared = new SharedArrayBuffer(bits.length);
  new Uint8Array(shared).set(bits);
  return shared;
}

function damaged(id: number, why: string): SluiceError {
  return new SluiceError("DATA_CORRUPT", `segment ${id} is damaged: ${why}`);
}
