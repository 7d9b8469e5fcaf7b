// An analyzer, and what it gives: the terms of a text, and the words of a query.

import type { QueryTerm } from "./query-terms.js";
import type { AnalyzerSettings } from "./settings.js";

export interface Analyzer {
  readonly settings: AnalyzerSettings;
  /** Each term with its place, in ascending position. O(length). */
  forEachTerm(text: string, visit: TermVisitor): void;
  /** The query words of a text, in order. O(length). */
  queryWords(text: string): QueryWord[];
  /**
   * The last word of `text` as a prefix. Returns undefined when there is none or white space
   * follows it.
   */
  beginningAt(text: string): PlacedPrefix | undefined;
}

/**
 * `position` counts all words, also those without a term, so that terms of adjacent words differ by
 * 1 and forms of one word share a position. `start` and `end` are offsets in the text in UTF-16
 * code units.
 */
export type TermVisitor = (term: string, position: number, start: number, end: number) => void;

/** A word of a query, with the terms that match it. */
export interface QueryWord {
  /** Place in the query. */
  readonly start: number;
  readonly end: number;
  /** Any of these matches the word. Empty for a stop word. */
  readonly terms: readonly QueryTerm[];
  /** Terms that match a stop word in a query without other words. */
  readonly stopTerms: readonly QueryTerm[];
  /** Its terms inside a phrase; offsets in the query, counted as positions are. */
  readonly phrase: readonly PhraseTerm[];
  /** Terms of the whole word in another spelling. */
  readonly otherwise: readonly string[];
  /** Where misspellings of the term are looked up. Absent when only exact terms match. */
  readonly misspelling: Misspelling | undefined;
  /**
   * Number of terms of a run without spaces that a passage must contain. Absent when one is enough.
   */
  readonly quorum: number | undefined;
}

export interface PhraseTerm {
  readonly term: string;
  readonly offset: number;
}

export interface PlacedPrefix extends WordPrefix {
  /** Offset in the text. */
  readonly start: number;
}

/** All of `terms`, and a term that begins with `prefix`. */
export interface WordPrefix {
  readonly terms: readonly string[];
  readonly prefix: string;
  /** Number of letters in the prefix. */
  readonly letterCount: number;
}

export interface Misspelling {
  /** The term as the query spells it. */
  readonly term: string;
  /** Leading characters of the term that are not letters of the word. */
  readonly markLength: number;
  /** Maximum edit distance: 1 or 2. */
  readonly distance: number;
}
