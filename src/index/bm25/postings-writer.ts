// Writes the postings of a new segment from its passages' terms.

import { sortTerms } from "../../analysis/term-frequencies.js";
import type { PassageTerms } from "../../analysis/term-frequencies.js";
import { assert } from "../../core/assert.js";
import { createPostingsBuilder, encodePositions } from "./postings-builder.js";
import type { PostingsSections } from "./postings-format.js";

/**
 * Inverts the passages, which get rows 0, 1, ... in the order given. Equal input gives equal bytes.
 * Memory: some 50 bytes a posting plus the dictionary. O(postings + t log t) for t distinct terms.
 */
export function writePostings(passages: readonly PassageTerms[]): PostingsSections {
  const inverted = new Map<string, Occurrence[]>();
  let postingsMax = 0;
  let positionBytesMax = 0;
  for (const [row, passage] of passages.entries()) {
    checkPassage(passage);
    postingsMax += passage.terms.length;
    let start = 0;
    for (const [i, term] of passage.terms.entries()) {
      const end = start + passage.counts[i]!;
      const occurrence = { row, start, end };
      const known = inverted.get(term);
      if (known === undefined) inverted.set(term, [occurrence]);
      else known.push(occurrence);
      start = end;
    }
    // A number below 2^32 takes five bytes at most.
    positionBytesMax += 5 * passage.length;
  }
  const lengths = Uint32Array.from(passages, ({ length }) => length);
  const builder = createPostingsBuilder(lengths, { postingsMax, positionBytesMax });
  let scratch = new Uint8Array(1024);
  for (const term of sortTerms([...inverted.keys()])) {
    builder.startTerm(Buffer.from(term, "utf8"));
    for (const { row, start, end } of inverted.get(term) ?? []) {
      const count = end - start;
      if (scratch.length < 5 * count) scratch = new Uint8Array(10 * count);
      const used = encodePositions(passages[row]!.positions, { start, end }, scratch);
      builder.addPosting(row, count, scratch.subarray(0, used));
    }
  }
  return builder.finish();
}

/** A term in a passage: its positions are [start, end) of the passage's. */
interface Occurrence {
  readonly row: number;
  readonly start: number;
  readonly end: number;
}

function checkPassage({ terms, counts, positions, length }: PassageTerms): void {
  assert(terms.length === counts.length, "one count a term");
  let total = 0;
  for (const count of counts) {
    assert(count > 0, "a listed term occurs");
    total += count;
  }
  assert(total === length && total === positions.length, "one position each time a term occurs");
}
