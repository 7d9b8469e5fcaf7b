// Writes the postings of a new segment from its passages' terms.

import { sortTerms } from "../../analysis/term-frequencies.js";
import type { PassageTerms } from "../../analysis/term-frequencies.js";
import { assert } from "../../core/assert.js";
import {
  aligned,
  headerBytes,
  numbersAt,
  numbersBytes,
  postingsVersion,
} from "./postings-format.js";
import type { PostingsSections } from "./postings-format.js";

/**
 * Inverts the passages, which get rows 0, 1, ... in the order given. Equal input gives equal bytes.
 * Memory: 16 bytes a posting plus the dictionary. O(postings + t log t) for t distinct terms.
 */
export function writePostings(passages: Iterable<PassageTerms>): PostingsSections {
  const forward = collect(passages);
  const terms = sortTerms([...forward.ids.keys()]);
  const places = new Uint32Array(terms.length);
  for (const [place, term] of terms.entries()) places[forward.ids.get(term)!] = place;
  const starts = new Uint32Array(terms.length + 1);
  const ids = forward.termIds.view();
  for (const id of ids) starts[places[id]! + 1]! += 1;
  for (let i = 0; i < terms.length; i += 1) starts[i + 1]! += starts[i]!;
  return {
    terms: dictionarySection(
      terms.map((term) => Buffer.from(term, "utf8")),
      starts,
    ),
    postings: invert(forward, places, starts),
    lengths: lengthsSection(forward.lengths.view()),
  };
}

/** `starts` has one entry more than `terms`. */
export function dictionarySection(terms: readonly Uint8Array[], starts: Uint32Array): Uint8Array {
  assert(starts.length === terms.length + 1, "one start a term and the end");
  let textBytes = 0;
  for (const term of terms) textBytes += term.length;
  const numbers = numbersBytes(terms.length + 1);
  const textAt = headerBytes + 2 * numbers;
  const section = new Uint8Array(textAt + aligned(textBytes));
  const postingCount = starts[terms.length]!;
  numbersAt(section, 0, 4).set([postingsVersion, terms.length, textBytes, postingCount]);
  const ends = numbersAt(section, headerBytes, terms.length + 1);
  numbersAt(section, headerBytes + numbers, terms.length + 1).set(starts);
  let end = 0;
  for (const [i, term] of terms.entries()) {
    section.set(term, textAt + end);
    end += term.length;
    ends[i + 1] = end;
  }
  return section;
}

/** An empty postings section and its two arrays, to be filled. */
export function allocatePostings(postingCount: number): {
  section: Uint8Array;
  rows: Uint32Array;
  counts: Uint32Array;
} {
  const numbers = numbersBytes(postingCount);
  const section = new Uint8Array(headerBytes + 2 * numbers);
  numbersAt(section, 0, 2).set([postingsVersion, postingCount]);
  const rows = numbersAt(section, headerBytes, postingCount);
  const counts = numbersAt(section, headerBytes + numbers, postingCount);
  return { section, rows, counts };
}

export function lengthsSection(lengths: Uint32Array): Uint8Array {
  let total = 0;
  for (const length of lengths) total += length;
  const section = new Uint8Array(headerBytes + numbersBytes(lengths.length));
  const header = [postingsVersion, lengths.length, total >>> 0, Math.floor(total / 2 ** 32)];
  numbersAt(section, 0, 4).set(header);
  numbersAt(section, headerBytes, lengths.length).set(lengths);
  return section;
}

/** Passages as flat lists of term ids, ids given in the order of first sight. */
interface Forward {
  readonly ids: Map<string, number>;
  readonly termIds: GrowingNumbers;
  readonly counts: GrowingNumbers;
  /** Where each row's postings end in the flat lists. */
  readonly ends: GrowingNumbers;
  readonly lengths: GrowingNumbers;
}

function collect(passages: Iterable<PassageTerms>): Forward {
  const forward: Forward = {
    ids: new Map(),
    termIds: createGrowingNumbers(),
    counts: createGrowingNumbers(),
    ends: createGrowingNumbers(),
    lengths: createGrowingNumbers(),
  };
  for (const { terms, counts, length } of passages) {
    assert(terms.length === counts.length, "one count a term");
    let total = 0;
    for (const [i, term] of terms.entries()) {
      let id = forward.ids.get(term);
      if (id === undefined) forward.ids.set(term, (id = forward.ids.size));
      assert(counts[i]! > 0, "a listed term occurs");
      total += counts[i]!;
      forward.termIds.push(id);
      forward.counts.push(counts[i]!);
    }
    assert(total === length, "a passage is as long as its counts say");
    forward.ends.push(forward.termIds.view().length);
    forward.lengths.push(length);
  }
  return forward;
}

function invert(forward: Forward, places: Uint32Array, starts: Uint32Array): Uint8Array {
  const termIds = forward.termIds.view();
  const termCounts = forward.counts.view();
  const { section, rows, counts } = allocatePostings(termIds.length);
  const next = starts.slice();
  let posting = 0;
  for (const [row, end] of forward.ends.view().entries()) {
    for (; posting < end; posting += 1) {
      const place = places[termIds[posting]!]!;
      const at = next[place]!++;
      rows[at] = row;
      counts[at] = termCounts[posting]!;
    }
  }
  return section;
}

interface GrowingNumbers {
  push(value: number): void;
  /** The numbers so far; good until the next push. */
  view(): Uint32Array;
}

function createGrowingNumbers(): GrowingNumbers {
  let values = new Uint32Array(1024);
  let count = 0;
  return {
    push: (value) => {
      if (count === values.length) {
        const larger = new Uint32Array(values.length * 2);
        larger.set(values);
        values = larger;
      }
      values[count] = value;
      count += 1;
    },
    view: () => values.subarray(0, count),
  };
}
