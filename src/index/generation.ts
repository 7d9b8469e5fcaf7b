// One immutable version of a collection: what one search sees, from its first stage to its last.

import { nextOrdinal, toPassageOrdinal } from "../core/ids.js";
import type { Sequence } from "../core/ids.js";
import { assert } from "../core/assert.js";
import type { PinnedDocuments } from "../store/store.js";
import { isBitSet } from "./bm25/bits.js";
import type { LiveTerms } from "./bm25/live-terms.js";
import type { Bm25Query, LiveTermIds } from "./bm25/query.js";
import type { FlushedSegment } from "./flushed-segment.js";
import type { LiveSegment } from "./live-segment.js";
import type { PassageTable } from "./passage-table.js";
import type { SegmentPart, Tombstones } from "./segment-parts.js";

export interface GenerationSegment {
  /** Id of a flushed segment. Absent for a live segment. */
  readonly segmentId?: number;
  readonly table: PassageTable;
  readonly part: SegmentPart;
  readonly totals: Totals;
  /** Dictionary of a live segment; only the main thread has it. */
  readonly liveTerms?: Pick<LiveTerms, "resolve" | "resolvePhrases">;
}

/** Exact counts over passages that are not deleted. */
export interface Totals {
  readonly passageCount: number;
  /** Terms, repeats included. */
  readonly lengthTotal: number;
  /** Token vectors. */
  readonly tokenCount: number;
}

export interface Generation {
  readonly number: number;
  /** Sequence of the last write that is in it. */
  readonly lastSequence: Sequence;
  readonly documentCount: number;
  /** Flushed segments by rising sequence, then one or two live ones. */
  readonly segments: readonly GenerationSegment[];
  readonly totals: Totals;
  /** One line for each segment that is left out because its bytes are damaged. */
  readonly damages: readonly string[];
  /** One line for each document that filters take to have no fields because they are damaged. */
  readonly fieldDamages: readonly string[];
  /** The documents of this generation; readable while it is acquired. */
  readonly documents: PinnedDocuments;
  /**
   * Keeps the generation readable until the matching `release`; the collection itself holds one.
   */
  acquire(): void;
  release(): void;
}

/** Ids of a query's terms in each live segment, by its place; undefined for the flushed. */
export function liveTermIdsOf(
  { segments }: Pick<Generation, "segments">,
  query: Bm25Query,
): (LiveTermIds | undefined)[] {
  return segments.map(({ liveTerms }) => liveTerms?.resolve(query));
}

/** Counts the holders and calls `onReleased` after the last release. Starts with one holder. */
export function countedPin(onReleased: () => void): Pick<Generation, "acquire" | "release"> {
  let holders = 1;
  return {
    acquire() {
      assert(holders > 0, "a released generation is not acquired again");
      holders += 1;
    },
    release() {
      assert(holders > 0, "each acquire has one release");
      holders -= 1;
      if (holders === 0) onReleased();
    },
  };
}

export function flushedEntry(segment: FlushedSegment, tombstones: Tombstones): GenerationSegment {
  return {
    segmentId: segment.id,
    table: segment,
    part: {
      kind: "flushed",
      ordinalCount: segment.ordinalCount,
      tables: segment.tables,
      codes: segment.codes,
      refineCodes: segment.refineCodes,
      tombstones,
    },
    totals: liveTotals(segment, tombstones),
  };
}

export function liveEntry(
  live: Omit<LiveSegment, "append">,
  tombstones: Tombstones,
): GenerationSegment {
  return {
    // The table grows with later writes; a generation reads its own passages only.
    table: live,
    part: live.part(tombstones),
    totals: liveTotals(live, tombstones),
    liveTerms: live.terms,
  };
}

export function sumTotals(segments: readonly GenerationSegment[]): Totals {
  let passageCount = 0;
  let lengthTotal = 0;
  let tokenCount = 0;
  for (const { totals } of segments) {
    passageCount += totals.passageCount;
    lengthTotal += totals.lengthTotal;
    tokenCount += totals.tokenCount;
  }
  return { passageCount, lengthTotal, tokenCount };
}

/**
 * Of the passages that the tombstones leave. O(passages / 8 + deleted passages): it runs with every
 * commit.
 */
function liveTotals(
  table: Pick<
    PassageTable,
    "ordinalCount" | "tokenTotal" | "lengthTotal" | "lengthAt" | "tokenCountAt"
  >,
  tombstones: Tombstones,
): Totals {
  const { ordinalCount, tokenTotal, lengthTotal } = table;
  const totals = { passageCount: ordinalCount, lengthTotal, tokenCount: tokenTotal };
  const dead = new Uint8Array(tombstones ?? new SharedArrayBuffer(0));
  for (let at = 0; at < dead.length; at += 1) {
    if (dead[at] === 0) continue;
    const end = Math.min(8 * at + 8, ordinalCount);
    for (let ordinal = toPassageOrdinal(8 * at); ordinal < end; ordinal = nextOrdinal(ordinal)) {
      if (!isBitSet(dead, ordinal)) continue;
      totals.passageCount -= 1;
      totals.lengthTotal -= table.lengthAt(ordinal);
      totals.tokenCount -= table.tokenCountAt(ordinal);
    }
  }
  return totals;
}
