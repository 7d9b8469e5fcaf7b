// Writes the postings of a new segment from its passages' terms.

import { lineFeed, sortTerms } from "../../analysis/term-frequencies.js";
import type { PackedTerms } from "../../analysis/term-frequencies.js";
import { assert } from "../../core/assert.js";
import { PostingsBuilder } from "./postings-builder.js";
import type { PostingsSections } from "./postings-format.js";
import { TermDictionary } from "./term-dictionary.js";

/**
 * Inverts the passages, which get ordinals 0, 1, ... in the order given. Equal input gives equal
 * bytes. Memory: some 30 bytes a posting plus the dictionary. O(postings + t log t) for t distinct
 * terms.
 */
export function writePostings(passages: readonly PackedTerms[]): PostingsSections {
  const { postingCount, positionCount } = countAll(passages);
  const { terms, places } = placesByTerm(passages, postingCount);
  const postings = groupByPlace(passages, { places, termCount: terms.length });
  const builder = new PostingsBuilder(
    Uint32Array.from(passages, ({ length }) => length),
    // A number below 2^32 takes five bytes at most.
    { postingsMax: postingCount, positionBytesMax: 5 * positionCount },
  );
  let at = 0;
  for (const [place, term] of terms.entries()) {
    builder.startTerm(term);
    for (const end = postings.ends[place]!; at < end; at += 1) {
      const ordinal = postings.ordinals[at]!;
      const start = postings.positionStarts[at]!;
      const count = postings.counts[at]!;
      builder.addPosting(ordinal, count);
      builder.encodePositions(passages[ordinal]!.positions, start, start + count);
    }
  }
  return builder.finish();
}

function countAll(passages: readonly PackedTerms[]): {
  readonly postingCount: number;
  readonly positionCount: number;
} {
  let postingCount = 0;
  let positionCount = 0;
  for (const passage of passages) {
    checkPassage(passage);
    postingCount += passage.counts.length;
    positionCount += passage.length;
  }
  return { postingCount, positionCount };
}

/** The distinct terms as they sort, and the place of each passage's terms among them. */
function placesByTerm(
  passages: readonly PackedTerms[],
  postingCount: number,
): { readonly terms: readonly Uint8Array[]; readonly places: Uint32Array } {
  const dictionary = new TermDictionary();
  const places = new Uint32Array(postingCount);
  let at = 0;
  for (const { joined } of passages)
    for (let start = 0, end = 0; end < joined.length; end += 1) {
      if (joined[end] !== lineFeed) continue;
      places[at] = dictionary.add(joined, start, end);
      at += 1;
      start = end + 1;
    }
  assert(at === postingCount, "one count a term");
  // Strings sort in native code.
  const sorted = sortTerms(Array.from({ length: dictionary.size }, (_, id) => dictionary.text(id)));
  const terms = sorted.map((term) => Buffer.from(term, "utf8"));
  const placeOfId = new Uint32Array(terms.length);
  for (const [place, term] of terms.entries()) placeOfId[dictionary.find(term)] = place;
  for (let i = 0; i < places.length; i += 1) places[i] = placeOfId[places[i]!]!;
  return { terms, places };
}

/** All postings, those of the first term first; of one term by rising ordinal. */
interface GroupedPostings {
  /** Beside the terms. */
  readonly ends: Uint32Array;
  readonly ordinals: Uint32Array;
  readonly counts: Uint32Array;
  /** Where a posting's positions begin among its passage's. */
  readonly positionStarts: Uint32Array;
}

function groupByPlace(
  passages: readonly PackedTerms[],
  { places, termCount }: { readonly places: Uint32Array; readonly termCount: number },
): GroupedPostings {
  // A counting sort: `ends` holds where each term's postings begin until all are in.
  const ends = new Uint32Array(termCount + 1);
  for (const place of places) ends[place + 1]! += 1;
  for (let place = 0; place < termCount; place += 1) ends[place + 1]! += ends[place]!;
  const ordinals = new Uint32Array(places.length);
  const counts = new Uint32Array(places.length);
  const positionStarts = new Uint32Array(places.length);
  let from = 0;
  for (const [ordinal, passage] of passages.entries()) {
    let start = 0;
    for (let i = 0; i < passage.counts.length; i += 1, from += 1) {
      const at = ends[places[from]!]!++;
      ordinals[at] = ordinal;
      counts[at] = passage.counts[i]!;
      positionStarts[at] = start;
      start += passage.counts[i]!;
    }
  }
  return { ends, ordinals, counts, positionStarts };
}

function checkPassage({ counts, positions, length }: PackedTerms): void {
  let total = 0;
  for (const count of counts) {
    assert(count > 0, "a listed term occurs");
    total += count;
  }
  assert(total === length && total === positions.length, "one position each time a term occurs");
}
