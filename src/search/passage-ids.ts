// Consecutive numbers for the passages of one generation.

import type { PassageOrdinal, SegmentOrdinal } from "../core/ids.js";
import type { GenerationSegment } from "../index/generation.js";

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
