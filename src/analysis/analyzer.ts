// Turns text into the terms that BM25 counts. A collection stores the name and version of its
// analyzer.

import { limits } from "../core/limits.js";
import { foldCharacters } from "./characters.js";
import { stemEnglish } from "./porter2.js";
import { forEachWord } from "./words.js";

export type AnalyzerName = "english" | "unicode";
export const analyzerNames: readonly AnalyzerName[] = ["english", "unicode"];

export interface Analyzer {
  readonly name: AnalyzerName;
  /**
   * Rises when the same text would give other terms; an index of another version must be rebuilt.
   */
  readonly version: number;
  /** Terms in text order, repeated as often as they occur. O(length). */
  analyze(text: string): string[];
  /** The same, each with its place. */
  forEachTerm(text: string, visit: TermVisitor): void;
}

/**
 * `position` counts words from 0, words that became no term included, so that terms of neighboring
 * words differ by 1. `start` and `end`: the word's place in the text, in UTF-16 code units.
 */
export type TermVisitor = (term: string, position: number, start: number, end: number) => void;

/**
 * - `english`: words in lower case without diacritics, without possessive 's and the 33 stop words
 *   of Lucene's English analyzer, as Porter2 stems.
 * - `unicode`: the same words, neither stopped nor stemmed: for any language.
 *
 * Both give runs of Han, kana and Hangul as overlapping pairs. A term holds at most
 * `limits.termBytesMax` bytes; the rest of a longer word is cut off.
 */
export function createAnalyzer(name: AnalyzerName): Analyzer {
  const toTerm = name === "english" ? toEnglishTerm : (word: string) => word;
  const cache = createTermCache((word) => termsOfWord(word, toTerm));
  const forEachTerm = (text: string, visit: TermVisitor): void => {
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
  const analyze = (text: string): string[] => {
    const terms: string[] = [];
    forEachTerm(text, (term) => terms.push(term));
    return terms;
  };
  return { name, version: 1, analyze, forEachTerm };
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

/** No term, one term, or the few that folding made of one word. */
type TermsOfWord = string | readonly string[];

const asciiOnly = /^[\0-\x7f]*$/;

function termsOfWord(word: string, toTerm: (folded: string) => string): TermsOfWord {
  if (asciiOnly.test(word)) return toTerm(cutTerm(word.toLowerCase()));
  const folded = foldCharacters(word);
  const terms: string[] = [];
  forEachWord(folded, (start, end, isUnspaced) => {
    if (isUnspaced) terms.push(...pairsOf(folded.slice(start, end)));
    else pushTerms(toTerm(cutTerm(folded.slice(start, end))), terms);
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

/** Pairs of neighboring characters; a single one stands alone. */
function pairsOf(run: string): string[] {
  const characters = Array.from(run);
  const pairCount = Math.max(1, characters.length - 1);
  return Array.from({ length: pairCount }, (_, i) => characters.slice(i, i + 2).join(""));
}

function cutTerm(word: string): string {
  // No UTF-16 code unit takes more than three bytes.
  if (word.length * 3 <= limits.termBytesMax) return word;
  const bytes = Buffer.from(word, "utf8");
  if (bytes.length <= limits.termBytesMax) return word;
  let end = limits.termBytesMax;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}

/**
 * Remembers what words become, in two generations, so that frequent words outlive a flood of rare
 * ones.
 */
function createTermCache(make: (word: string) => TermsOfWord): (word: string) => TermsOfWord {
  let young = new Map<string, TermsOfWord>();
  let old = new Map<string, TermsOfWord>();
  return (word) => {
    const known = young.get(word);
    if (known !== undefined) return known;
    // Slices of 13 units and more point into the whole text, which a cache must not keep alive.
    const key = word.length < 13 ? word : Buffer.from(word, "utf16le").toString("utf16le");
    const terms = old.get(key) ?? make(key);
    if (word.length > limits.termBytesMax) return terms;
    if (young.size >= limits.termCacheWordsMax / 2) {
      old = young;
      young = new Map();
    }
    young.set(key, terms);
    return terms;
  };
}
