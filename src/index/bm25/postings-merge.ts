// Merges the postings of several segments into those of one, leaving out deleted passages.

import { isBitSet } from "./bits.js";
import { PostingsBuilder } from "./postings-builder.js";
import type { PostingsSections } from "./postings-format.js";
import type { PostingsReader } from "./postings-reader.js";

export interface PostingsMergeInput {
  readonly reader: PostingsReader;
  /** Bit set: the passage is deleted and left out. Absent when none is deleted. */
  readonly tombstones?: Uint8Array | undefined;
}

/**
 * Passages of the result: the live ones of the first input in their order, then those of the
 * second, ... The bytes equal those that `writePostings` gives for the same passages. O(postings +
 * T inputs).
 */
export function mergePostings(inputs: readonly PostingsMergeInput[]): PostingsSections {
  const ordinalMaps = mapOrdinals(inputs);
  let postingsMax = 0;
  let positionBytesMax = 0;
  for (const { reader } of inputs) {
    postingsMax += reader.postingCount;
    positionBytesMax += reader.positionBytes;
  }
  const builder = new PostingsBuilder(mergeLengths(inputs, ordinalMaps), {
    postingsMax,
    positionBytesMax,
  });
  forEachTerm(inputs, (term, places) => {
    let isStarted = false;
    for (const [input, { reader }] of inputs.entries()) {
      const place = places[input]!;
      if (place < 0) continue;
      const ordinalMap = ordinalMaps[input]!;
      reader.forEachPosting(place, (oldOrdinal, count, from, to) => {
        const ordinal = ordinalMap[oldOrdinal]!;
        if (ordinal === deletedOrdinal) return;
        if (!isStarted) builder.startTerm(term);
        isStarted = true;
        builder.addPosting(ordinal, count);
        builder.addPositions(reader.positions, from, to);
      });
    }
  });
  return builder.finish();
}

const deletedOrdinal = 0xffffffff;

function mapOrdinals(inputs: readonly PostingsMergeInput[]): Uint32Array[] {
  let next = 0;
  return inputs.map(({ reader, tombstones }) => {
    const map = new Uint32Array(reader.ordinalCount);
    for (let ordinal = 0; ordinal < map.length; ordinal += 1) {
      map[ordinal] =
        tombstones !== undefined && isBitSet(tombstones, ordinal) ? deletedOrdinal : next++;
    }
    return map;
  });
}

function mergeLengths(
  inputs: readonly PostingsMergeInput[],
  ordinalMaps: readonly Uint32Array[],
): Uint32Array {
  const lengths: number[] = [];
  for (const [input, { reader }] of inputs.entries()) {
    const ordinalMap = ordinalMaps[input]!;
    for (let ordinal = 0; ordinal < reader.ordinalCount; ordinal += 1) {
      if (ordinalMap[ordinal] !== deletedOrdinal) lengths.push(reader.lengths[ordinal]!);
    }
  }
  return Uint32Array.from(lengths);
}

/**
 * Visits the union of all dictionaries in byte order; `places` holds -1 where an input lacks the
 * term.
 */
function forEachTerm(
  inputs: readonly PostingsMergeInput[],
  visit: (term: Uint8Array, places: Int32Array) => void,
): void {
  const next = new Int32Array(inputs.length);
  const places = new Int32Array(inputs.length);
  for (;;) {
    let smallest: Uint8Array | undefined;
    for (const [input, { reader }] of inputs.entries()) {
      if (next[input]! >= reader.termCount) continue;
      const term = reader.term(next[input]!);
      if (smallest === undefined || Buffer.compare(term, smallest) < 0) smallest = term;
    }
    if (smallest === undefined) return;
    for (const [input, { reader }] of inputs.entries()) {
      const place = next[input]!;
      const hasTerm =
        place < reader.termCount && Buffer.compare(reader.term(place), smallest) === 0;
      places[input] = hasTerm ? place : -1;
      if (hasTerm) next[input] = place + 1;
    }
    visit(smallest, places);
  }
}
