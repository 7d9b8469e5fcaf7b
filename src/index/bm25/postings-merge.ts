// Merges the postings of several segments into those of one, leaving out deleted passages.

import { isBitSet } from "./bits.js";
import { PostingsBuilder } from "./postings-builder.js";
import type { PostingsSections } from "./postings-format.js";
import type { PostingsReader } from "./postings-reader.js";

export interface MergeInput {
  readonly reader: PostingsReader;
  /** Bit set: the row is deleted and left out. Undefined: none is. */
  readonly tombstones?: Uint8Array | undefined;
}

/**
 * Rows of the result: the live rows of the first input in their order, then those of the second,
 * ... The bytes equal those that `writePostings` gives for the same passages. O(postings + T
 * inputs).
 */
export function mergePostings(inputs: readonly MergeInput[]): PostingsSections {
  const rowMaps = mapRows(inputs);
  let postingsMax = 0;
  let positionBytesMax = 0;
  for (const { reader } of inputs) {
    postingsMax += reader.postingCount;
    positionBytesMax += reader.positionBytes;
  }
  const builder = new PostingsBuilder(mergeLengths(inputs, rowMaps), {
    postingsMax,
    positionBytesMax,
  });
  forEachTerm(inputs, (term, places) => {
    let isStarted = false;
    for (const [input, { reader }] of inputs.entries()) {
      const place = places[input]!;
      if (place < 0) continue;
      const rowMap = rowMaps[input]!;
      reader.forEachPosting(place, (oldRow, count, from, to) => {
        const row = rowMap[oldRow]!;
        if (row === deletedRow) return;
        if (!isStarted) builder.startTerm(term);
        isStarted = true;
        builder.addPosting(row, count);
        builder.addPositions(reader.positions, from, to);
      });
    }
  });
  return builder.finish();
}

const deletedRow = 0xffffffff;

function mapRows(inputs: readonly MergeInput[]): Uint32Array[] {
  let next = 0;
  return inputs.map(({ reader, tombstones }) => {
    const map = new Uint32Array(reader.rowCount);
    for (let row = 0; row < map.length; row += 1) {
      map[row] = tombstones !== undefined && isBitSet(tombstones, row) ? deletedRow : next++;
    }
    return map;
  });
}

function mergeLengths(inputs: readonly MergeInput[], rowMaps: readonly Uint32Array[]): Uint32Array {
  const lengths: number[] = [];
  for (const [input, { reader }] of inputs.entries()) {
    const rowMap = rowMaps[input]!;
    for (let row = 0; row < reader.rowCount; row += 1) {
      if (rowMap[row] !== deletedRow) lengths.push(reader.lengths[row]!);
    }
  }
  return Uint32Array.from(lengths);
}

/**
 * Visits the union of all dictionaries in byte order; `places` holds -1 where an input lacks the
 * term.
 */
function forEachTerm(
  inputs: readonly MergeInput[],
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
