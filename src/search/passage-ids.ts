// Passages of one generation: their places, and consecutive numbers for them.

import { SluiceError } from "../core/errors.js";
import { toSegmentOrdinal, toSequence } from "../core/ids.js";
import type { PassageOrdinal, SegmentOrdinal, Sequence } from "../core/ids.js";
import type { Generation, GenerationSegment } from "../index/generation.js";
import type { DocumentRecord } from "../store/stored-values.js";

/** A passage by its place in the generation. */
export interface PassagePlace {
  readonly segment: SegmentOrdinal;
  readonly ordinal: PassageOrdinal;
}

/** Numbers from 0, without gaps: small integers, which maps find faster than any other key. */
export function createPassageIds(
  segments: readonly GenerationSegment[],
): (passage: PassagePlace) => number {
  const firsts: number[] = [];
  let next = 0;
  for (const { table } of segments) {
    firsts.push(next);
    next += table.ordinalCount;
  }
  return ({ segment, ordinal }) => (firsts[segment] ?? 0) + ordinal;
}

/** Undefined when no segment has the passage. O(segments x log passages). */
export function placeOfSequence(
  segments: readonly GenerationSegment[],
  sequence: Sequence,
): PassagePlace | undefined {
  for (const [place, { table, part }] of segments.entries()) {
    const ordinal = table.ordinalOf(sequence);
    // A live table grows with later writes; the part does not.
    if (ordinal !== undefined && ordinal < part.ordinalCount)
      return { segment: toSegmentOrdinal(place), ordinal };
  }
  return undefined;
}

/**
 * A passage of a document by its number. Throws DATA_CORRUPT when no segment has it, with the
 * damages of the generation. O(segments x log passages).
 */
export function placeOfPassage(
  { segments, damages }: Pick<Generation, "segments" | "damages">,
  { firstPassageSequence }: Pick<DocumentRecord, "firstPassageSequence">,
  passageNumber: number,
): PassagePlace {
  const sequence = toSequence(firstPassageSequence + passageNumber);
  const place = placeOfSequence(segments, sequence);
  if (place !== undefined) return place;
  throw new SluiceError("DATA_CORRUPT", `passage ${sequence} is missing: ${damages.join("; ")}`);
}
