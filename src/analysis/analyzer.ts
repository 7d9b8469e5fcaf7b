// Turns texts into terms, and queries into what is asked of the terms. A collection stores the
// settings of its analyzer, version included.

import type { QueryTerm } from "./query-terms.js";
import type { AnalyzerName, AnalyzerSettings } from "./settings.js";
import { analyzerVersionLatest, defaultsOf } from "./settings.js";
import { createFirstAnalyzer } from "./version-1/query-words.js";
import { createSecondAnalyzer } from "./version-2.js";

export interface Analyzer {
  readonly settings: AnalyzerSettings;
  /** Each term with its place, by rising position. O(length). */
  forEachTerm(text: string, visit: TermVisitor): void;
  /** Its words as a query asks for them, in order. O(length). */
  queryWords(text: string): QueryWord[];
  /**
   * The last word of `text` as a prefix. Returns undefined when there is none or white space
   * follows it.
   */
  beginningAt(text: string): PlacedPrefix | undefined;
}

/**
 * `position` counts words, those that became no term included, so that terms of neighboring words
 * differ by 1; forms of one word have the same. `start` and `end`: the place in the text, in UTF-16
 * code units.
 */
export type TermVisitor = (term: string, position: number, start: number, end: number) => void;

/** A word of a query: what finds it. */
export interface QueryWord {
  /** Place in the query. */
  readonly start: number;
  readonly end: number;
  /** Any of these finds it. Empty: a stop word. */
  readonly terms: readonly QueryTerm[];
  /** What finds a stop word where nothing else is asked for. Empty: nothing. */
  readonly stopTerms: readonly QueryTerm[];
  /** As a part of a phrase: offsets in the query, by the same count as positions. */
  readonly phrase: readonly PhraseTerm[];
  /** Terms that stand for the whole word, written otherwise. */
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
  /** Where it starts in the text. */
  readonly start: number;
}

/** All of `terms`, and a term that begins with `prefix`. */
export interface WordPrefix {
  readonly terms: readonly string[];
  readonly prefix: string;
  /** Letters that are typed. */
  readonly letterCount: number;
}

export interface Misspelling {
  /** A term of which others differ by a few letters. */
  readonly term: string;
  /** Characters at its start that are no letters of the word. */
  readonly markLength: number;
  /** Letters that may be wrong, lacking or too many: 1 or 2. */
  readonly distance: number;
}

/** Of version 1 and 2; settings of another are a bug. */
export function createAnalyzer(settings: AnalyzerSettings): Analyzer {
  return settings.analyzerVersion === 1
    ? createFirstAnalyzer(settings)
    : createSecondAnalyzer(settings);
}

/** As new collections have it when nothing but a name is asked for. */
export function latestSettings(analyzer: AnalyzerName): AnalyzerSettings {
  return { analyzer, analyzerVersion: analyzerVersionLatest, ...defaultsOf(analyzer) };
}

/** The terms alone, in text order, repeated as often as they occur. */
export function analyze(analyzer: Analyzer, text: string): string[] {
  const terms: string[] = [];
  analyzer.forEachTerm(text, (term) => terms.push(term));
  return terms;
}
