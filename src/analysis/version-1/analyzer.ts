// The analyzers of version 1, kept unchanged for collections created with them.

import { limits } from "../../core/limits.js";
import type { TermVisitor } from "../query-words.js";
import { stemEnglish } from "../porter2.js";
import { createTermCache, cutTerm } from "../term-cache.js";
import { foldCharacters } from "./characters.js";
import { forEachWord } from "./words.js";

/** Called with each term of a text and its place. */
export type TermSource = (text: string, visit: TermVisitor) => void;

/**
 * - `english`: words in lower case without diacritics, without possessive 's and the 33 stop words
 *   of Lucene's English analyzer, as Porter2 stems.
 * - `unicode`: the same words, neither stopped nor stemmed: for any language.
 *
 * Both give runs of Han, kana and Hangul as overlapping pairs. A term holds at most
 * `limits.termBytesMax` bytes; the rest of a longer word is cut off.
 */
export function createFirstTermSource(name: "english" | "unicode"): TermSource {
  const toTerm = name === "english" ? toEnglishTerm : (word: string) => word;
  const cache = createTermCache((word): TermsOfWord => termsOfWord(word, toTerm));
  return (text, visit) => {
    let position = 0;
    forEachWord(text, (start, end, isUnspaced) => {
      const word = text.slice(start, end);
      const found = isUnspaced ? pairsOf(foldCharacters(word)) : cache(word);
      if (typeof found === "string") {
        if (found !== "") visit(found, position, start, end);
        position += 1;
        return;
      }
      for (const term of found) {
        visit(term, position, start, end);
        position += 1;
      }
    });
  };
}

// The stop words of Lucene's EnglishAnalyzer.
const stopWords: ReadonlySet<string> = new Set(
  (
    "a an and are as at be but by for if in into is it no not of on or such that the their " +
    "then there these they this to was will with"
  ).split(" "),
);

function toEnglishTerm(word: string): string {
  const bare = word.endsWith("'s") ? word.slice(0, -2) : word;
  return stopWords.has(bare) ? "" : stemEnglish(bare);
}

/** The terms of one word: none, one, or several when folding splits it. */
type TermsOfWord = string | readonly string[];

const asciiOnly = /^[\0-\x7f]*$/;

function termsOfWord(word: string, toTerm: (folded: string) => string): TermsOfWord {
  if (asciiOnly.test(word)) return toTerm(cut(word.toLowerCase()));
  const folded = foldCharacters(word);
  const terms: string[] = [];
  forEachWord(folded, (start, end, isUnspaced) => {
    if (isUnspaced) terms.push(...pairsOf(folded.slice(start, end)));
    else pushTerms(toTerm(cut(folded.slice(start, end))), terms);
  });
  return terms;
}

function pushTerms(found: TermsOfWord, terms: string[]): void {
  if (typeof found === "string") {
    if (found !== "") terms.push(found);
    return;
  }
  for (const term of found) terms.push(term);
}

/** Pairs of adjacent characters, or the only character. */
function pairsOf(run: string): string[] {
  const characters = Array.from(run);
  const pairCount = Math.max(1, characters.length - 1);
  return Array.from({ length: pairCount }, (_, i) => characters.slice(i, i + 2).join(""));
}

function cut(word: string): string {
  return cutTerm(word, limits.termBytesMax);
}
