// A segment as worker threads get it: handles to shared memory, nothing copied.

import type { PassageOrdinal } from "../core/ids.js";
import type { LiveTermsSnapshot } from "./bm25/live-terms.js";
import type { SegmentCodes } from "./segment-codes.js";
import { sectionOf } from "./segment-format.js";

/**
 * Bitmap over passages; a set bit means deleted, `undefined` that none is. Immutable once
 * published.
 */
export type Tombstones = SharedArrayBuffer | undefined;

export interface FlushedPart {
  readonly kind: "flushed";
  readonly ordinalCount: number;
  /** See segment-format.ts. */
  readonly tables: SharedArrayBuffer;
  readonly codes: SegmentCodes;
  /** Absent when the collection has no refine plane. */
  readonly refineCodes?: SegmentCodes | undefined;
  readonly tombstones: Tombstones;
}

export interface LivePart {
  readonly kind: "live";
  readonly ordinalCount: number;
  readonly codes: SharedArrayBuffer;
  readonly refineCodes?: SharedArrayBuffer | undefined;
  /** Bytes of `codes` that are in use. */
  readonly codeBytes: number;
  /** u32 x (ordinalCount + 1), in token vectors. */
  readonly tokenOffsets: SharedArrayBuffer;
  readonly sketches: SharedArrayBuffer;
  readonly sketchBytes: number;
  readonly terms: LiveTermsSnapshot;
  readonly tombstones: Tombstones;
}

export type SegmentPart = FlushedPart | LivePart;

/** A copy of a passage's packed sketch. */
export function sketchAt(part: SegmentPart, ordinal: PassageOrdinal): Uint8Array {
  if (part.kind === "live") {
    const start = ordinal * part.sketchBytes;
    return new Uint8Array(part.sketches).slice(start, start + part.sketchBytes);
  }
  const sketches = sectionOf(part.tables, "sketches");
  const sketchBytes = sketches.length / part.ordinalCount;
  return sketches.slice(ordinal * sketchBytes, (ordinal + 1) * sketchBytes);
}

function sharedBytes(codes: SegmentCodes | undefined): number {
  return codes instanceof SharedArrayBuffer ? codes.byteLength : 0;
}

/** Shared memory that a part takes; codes in the map take none. */
export function partBytes(part: SegmentPart): number {
  const tombstones = part.tombstones?.byteLength ?? 0;
  const codes = sharedBytes(part.codes) + sharedBytes(part.refineCodes);
  if (part.kind === "flushed") return part.tables.byteLength + codes + tombstones;
  const { ends, termIds, counts, positions, lengths } = part.terms;
  let bytes = codes + tombstones + part.tokenOffsets.byteLength + part.sketches.byteLength;
  for (const numbers of [ends, termIds, counts, positions, lengths]) bytes += numbers.byteLength;
  return bytes;
}
