// The analyzers of version 2: words with their pieces and other spellings, single characters and
// pairs of scripts without spaces, symbols; whole words beside their stems.

import { limits } from "../core/limits.js";
import type { Analyzer, PlacedPrefix, QueryWord, TermVisitor } from "./query-words.js";
import { prefixOfRun, queryWordOfRun, queryWordOfSymbol } from "./query-runs.js";
import { forEachRunCharacter, termsOfSymbol } from "./runs.js";
import type { RunCharacter } from "./runs.js";
import type { AnalyzerSettings } from "./settings.js";
import { createStemmer, withoutPossessive } from "./stemmers.js";
import { stopWordsOf } from "./stop-words.js";
import { createTermCache, cutTerm } from "./term-cache.js";
import { forEachToken, hasBlank } from "./tokens.js";
import type { TokenKind } from "./tokens.js";
import { fold } from "./unicode/fold.js";
import { characterClass, classOf } from "./unicode/table.js";
import { formsOfWord } from "./word-forms.js";
import type { WordForm } from "./word-forms.js";

/**
 * Prefix that marks whole words in dictionaries of stems. The dictionary is sorted, so prefix
 * queries scan only the marked range. No word starts with this character.
 */
export const wholeWordMark = "=";

/** One form of a word with its terms. */
export interface FormTerms extends Pick<WordForm, "kind" | "offset" | "start" | "end"> {
  /** Term that a plain query word matches; empty for a stop word. */
  readonly term: string;
  /** The folded whole word, for prefixes and misspellings. */
  readonly whole: string;
  readonly isName: boolean;
}

/** Terms of one word, in ascending offset. */
export interface WordTerms {
  readonly forms: readonly FormTerms[];
  /** Number of positions that the word occupies. */
  readonly width: number;
}

/** Longer words are most likely identifiers or codes, so they are not stemmed. UTF-16 code units. */
const stemmedLengthMax = 64;

export function createSecondAnalyzer(settings: AnalyzerSettings): Analyzer {
  const termsOf = createTermCache(createWordAnalysis(settings));
  const forEachTerm = (text: string, visit: TermVisitor): void => {
    // Words start at position 1. A symbol shares the last position of the preceding word, or has
    // position 0 before the first word.
    let position = 1;
    forEachToken(text, (kind, start, end) => {
      switch (kind) {
        case "word": {
          const { forms, width } = termsOf(text.slice(start, end));
          for (const form of forms) {
            const at = position + form.offset;
            if (form.term !== "") visit(form.term, at, start + form.start, start + form.end);
            if (form.whole !== form.term)
              visit(form.whole, at, start + form.start, start + form.end);
          }
          position += width;
          break;
        }
        case "symbol":
          for (const term of termsOfSymbol(text.slice(start, end)))
            visit(term, position - 1, start, end);
          break;
        case "ideographs":
        case "clusters":
          position += visitRun(text, { kind, start, end }, position, visit);
      }
    });
  };
  return {
    settings,
    forEachTerm,
    queryWords: (text) => queryWords(text, termsOf),
    beginningAt: (text) => beginningAt(text, termsOf),
  };
}

/** Visits each character and each pair of adjacent ones. Returns the number of characters. */
function visitRun(
  text: string,
  run: { readonly kind: TokenKind; readonly start: number; readonly end: number },
  position: number,
  visit: TermVisitor,
): number {
  let count = 0;
  let before: RunCharacter | undefined;
  forEachRunCharacter(text, run, (character) => {
    const at = position + count;
    if (before !== undefined)
      visit(before.text + character.text, at - 1, before.start, character.end);
    visit(character.text, at, character.start, character.end);
    before = character;
    count += 1;
  });
  return count;
}

function createWordAnalysis({ stemmer, stopWords }: AnalyzerSettings): (word: string) => WordTerms {
  const stem = stemmer === "none" ? undefined : createStemmer(stemmer);
  const stops: ReadonlySet<string> = stopWords === "none" ? new Set() : stopWordsOf(stopWords);
  const mark = stem === undefined ? "" : wholeWordMark;
  const bytesMax = limits.termBytesMax - mark.length;
  const bare = stemmer === "english" ? withoutPossessive : (word: string) => word;
  const termOf = (text: string, folded: string, isName: boolean): string => {
    if (stops.has(bare(folded))) return "";
    const isStemmed = stem !== undefined && !isName && text.length <= stemmedLengthMax;
    return isStemmed ? stem(visible(text)) : folded;
  };
  return (word) => {
    const forms: FormTerms[] = [];
    let width = 1;
    for (const { text, isName, ...place } of formsOfWord(word)) {
      const folded = fold(text.replaceAll('"', ""), limits.termBytesMax);
      width = Math.max(width, place.offset + 1);
      if (folded === "") continue;
      const term = cutTerm(termOf(text, folded, isName), limits.termBytesMax);
      forms.push({ ...place, isName, term, whole: mark + cutTerm(folded, bytesMax) });
    }
    return { forms, width };
  };
}

function visible(text: string): string {
  let isPlain = true;
  for (let at = 0; at < text.length && isPlain; at += 1) isPlain = text.charCodeAt(at) < 0x80;
  if (isPlain) return text;
  return Array.from(text)
    .filter((one) => classOf(one.codePointAt(0) ?? 0) !== characterClass.format)
    .join("");
}

/** Weight of a part of a word relative to the whole word. */
const partFrequency = 0.5;

function queryWords(text: string, termsOf: (word: string) => WordTerms): QueryWord[] {
  const words: QueryWord[] = [];
  let position = 1;
  forEachToken(text, (kind, start, end) => {
    switch (kind) {
      case "word": {
        const word = termsOf(text.slice(start, end));
        words.push(queryWordOf(word, { start, end, position }));
        position += word.width;
        break;
      }
      case "symbol":
        words.push(queryWordOfSymbol(text.slice(start, end), { start, end, position }));
        break;
      case "ideographs":
      case "clusters": {
        const found = queryWordOfRun(text, { kind, start, end, position });
        words.push(found.word);
        position += found.width;
      }
    }
  });
  return words;
}

function queryWordOf(
  { forms }: WordTerms,
  { start, end, position }: { start: number; end: number; position: number },
): QueryWord {
  const main = forms.filter(({ kind }) => kind === "main");
  const whole = forms.filter(({ kind }) => kind === "whole");
  const asOne = inOne(forms);
  const frequencies = new Map<string, number>();
  for (const { kind, term } of forms) {
    if (term === "") continue;
    const frequency = kind === "part" ? partFrequency : 1;
    frequencies.set(term, Math.max(frequency, frequencies.get(term) ?? 0));
  }
  return {
    start,
    end,
    terms: Array.from(frequencies, ([term, frequency]) => ({ term, frequency })),
    stopTerms: main
      .filter(({ term }) => term === "")
      .map((form) => ({ term: form.whole, frequency: 1 })),
    phrase: main.map((form) => ({
      term: form.term === "" ? form.whole : form.term,
      offset: position + form.offset,
    })),
    otherwise: whole.map(({ term }) => term).filter((term) => term !== ""),
    misspelling: asOne && misspellingOf(asOne),
    quorum: undefined,
  };
}

/** The joined form of a word with several pieces or a leading dot; otherwise the word itself. */
function inOne(forms: readonly FormTerms[]): FormTerms | undefined {
  const [first] = forms;
  return first?.kind === "whole" ? first : forms.find(({ kind }) => kind === "main");
}

function beginningAt(text: string, termsOf: (word: string) => WordTerms): PlacedPrefix | undefined {
  let last: { readonly kind: TokenKind; readonly start: number; readonly end: number } | undefined;
  forEachToken(text, (kind, start, end) => {
    last = { kind, start, end };
  });
  // A trailing sign may join the word to characters not typed yet.
  if (last === undefined || last.kind === "symbol" || hasBlank(text.slice(last.end)))
    return undefined;
  const { kind, start, end } = last;
  if (kind !== "word") return { start, ...prefixOfRun(text, { kind, start, end }) };
  const whole = inOne(termsOf(text.slice(start, end)).forms)?.whole;
  if (whole === undefined) return undefined;
  return {
    start,
    terms: [],
    prefix: whole,
    letterCount: Array.from(text.slice(start, end)).length,
  };
}

function lettersOf(whole: string): number {
  const letters = whole.startsWith(wholeWordMark) ? whole.slice(wholeWordMark.length) : whole;
  return Array.from(letters).length;
}

/**
 * Edit distance 1 for words of at least four letters, 2 for at least eight. Shorter words, numbers
 * and names match only exactly.
 */
function misspellingOf({ whole, isName, term }: FormTerms): QueryWord["misspelling"] {
  const count = lettersOf(whole);
  if (isName || term === "" || count < 4 || /\d/.test(whole)) return undefined;
  const markLength = whole.startsWith(wholeWordMark) ? wholeWordMark.length : 0;
  return { term: whole, markLength, distance: count < 8 ? 1 : 2 };
}
