// A segment as worker threads get it: handles to shared memory, nothing copied.

import type { LiveTermsSnapshot } from "./bm25/live-terms.js";
import type { SegmentCodes } from "./segment-codes.js";

/** Bitmap over rows, bit set: deleted. Undefined: none is. Never changed once handed out. */
export type Tombstones = SharedArrayBuffer | undefined;

export interface FlushedPart {
  readonly kind: "flushed";
  readonly rowCount: number;
  /** See segment-format.ts. */
  readonly tables: SharedArrayBuffer;
  readonly codes: SegmentCodes;
  readonly tombstones: Tombstones;
}

export interface LivePart {
  readonly kind: "live";
  readonly rowCount: number;
  readonly codes: SharedArrayBuffer;
  /** Bytes of `codes` that are in use. */
  readonly codeBytes: number;
  /** u32 x (rowCount + 1), in token rows. */
  readonly rowOffsets: SharedArrayBuffer;
  readonly sketches: SharedArrayBuffer;
  readonly sketchRowBytes: number;
  readonly terms: LiveTermsSnapshot;
  readonly tombstones: Tombstones;
}

export type SegmentPart = FlushedPart | LivePart;
