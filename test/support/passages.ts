// Random passages for tests of the lexical index.

import fc from "fast-check";

import { packTerms, sortTerms } from "../../src/analysis/term-frequencies.js";
import type { PassageTerms } from "../../src/analysis/term-frequencies.js";
import { writePostings } from "../../src/index/bm25/postings-writer.js";
import type { PostingsSections } from "../../src/index/bm25/postings-format.js";

/** A small vocabulary, so that terms repeat; its byte order differs from UTF-16 order. */
export const vocabulary: readonly string[] = [
  ...["a", "b", "bb", "c", "don't", "wing", "é", "東京", "\uff41", "\u{1d400}", "zz"],
];

/** A passage of up to 12 words, often short, sometimes empty. */
export const anyPassage: fc.Arbitrary<PassageTerms> = fc
  .array(fc.constantFrom(...vocabulary), { maxLength: 12 })
  .map(toPassageTerms);

export function toPassageTerms(words: readonly string[]): PassageTerms {
  const terms = sortTerms([...new Set(words)]);
  const places = terms.map((term) => [...words.keys()].filter((i) => words[i] === term));
  const counts = places.map((list) => list.length);
  return { terms, counts, positions: places.flat(), length: words.length };
}

export function writeTerms(passages: readonly PassageTerms[]): PostingsSections {
  return writePostings(passages.map(packTerms));
}
