// Checks every number of a segment's postings, for checks of stored data and for tests.

import { SluiceError } from "../../core/errors.js";
import { windowOrdinals } from "./postings-format.js";
import { decodePositions } from "./postings-reader.js";
import type { PostingsReader } from "./postings-reader.js";

/** Order, ranges, sums, bounds. Throws DATA_CORRUPT at the first fault. O(size). */
export function checkPostings(reader: PostingsReader): void {
  let total = 0;
  for (const length of reader.lengths) total += length;
  if (total !== reader.lengthTotal) throw corrupt("lengths do not add up to their stored sum");
  const sums = new Float64Array(reader.ordinalCount);
  let posted = 0;
  for (let place = 0; place < reader.termCount; place += 1) {
    const term = reader.term(place);
    if (place > 0 && Buffer.compare(reader.term(place - 1), term) >= 0)
      throw corrupt(`term ${place} is out of order`);
    if (reader.placeOf(term) !== place) throw corrupt(`term ${place} is not found by its hash`);
    posted += checkTerm(reader, place, sums);
  }
  if (posted !== reader.postingCount) throw corrupt("terms do not cover all postings");
  for (let ordinal = 0; ordinal < reader.ordinalCount; ordinal += 1)
    if (sums[ordinal] !== reader.lengths[ordinal])
      throw corrupt(`length of passage ${ordinal} differs from its terms`);
}

/** Returns the number of its postings and adds its counts to the passages' sums. */
function checkTerm(reader: PostingsReader, place: number, sums: Float64Array): number {
  const { ordinals, counts, blocks, documentFrequency } = reader.postings(place);
  if (documentFrequency < 1) throw corrupt(`term ${place} has no postings`);
  let block = -1;
  for (let i = 0; i < documentFrequency; i += 1) {
    const ordinal = ordinals[i]!;
    const isAscending = i === 0 || ordinal > ordinals[i - 1]!;
    if (!isAscending || ordinal >= reader.ordinalCount || counts[i]! < 1)
      throw corrupt(`posting ${i} of term ${place} is out of order or out of range`);
    if (blocks.firsts[block + 1] === i) block += 1;
    const isBounded =
      blocks.windows[block] === Math.floor(ordinal / windowOrdinals) &&
      counts[i]! <= blocks.maxCounts[block]! &&
      reader.lengths[ordinal]! >= blocks.minLengths[block]!;
    if (!isBounded) throw corrupt(`posting ${i} of term ${place} is beyond its block's bounds`);
    sums[ordinal]! += counts[i]!;
  }
  if (block !== blocks.windows.length - 1) throw corrupt(`term ${place} has an empty block`);
  reader.forEachPosting(place, (ordinal, count, from, to) => {
    const positions = decodePositions(reader.positions, from, to);
    const isRising = positions.every((position, i) => i === 0 || position > positions[i - 1]!);
    if (positions.length !== count || !isRising)
      throw corrupt(`positions of term ${place} in passage ${ordinal} are out of order`);
  });
  return documentFrequency;
}

function corrupt(fault: string): SluiceError {
  return new SluiceError("DATA_CORRUPT", `postings: ${fault}`);
}
