// Which places of a text answer the words of a query: what a reader would underline.

import type { Analyzer } from "../analysis/query-words.js";
import {
  codeUnitClass,
  classOfCodePoint,
  foldCharacters,
} from "../analysis/version-1/characters.js";
import { isEmptyQuery } from "../analysis/lexical-query.js";
import type { LexicalQuery } from "../analysis/lexical-query.js";
import type { Span } from "../core/document.js";
import { limits } from "../core/limits.js";
import { createNearTest } from "../index/bm25/near-terms.js";

/** `passage`: place of the hit's passage, around which a very long text is looked at. */
export type Highlighter = (text: string, passage: Span) => Span[];

/** Terms of texts whose comparison with the query is kept. */
const knownTermsMax = 10_000;

/**
 * Spans of words whose terms the query has or that begin as it says, and of its phrases as a whole;
 * in order, apart from each other, `limits.highlightCountMax` at most. Of a text longer than
 * `limits.highlightTextMax` that much is looked at, from the passage on. O(what is looked at).
 */
export function createHighlighter(query: LexicalQuery, analyzer: Analyzer): Highlighter {
  if (isEmptyQuery(query)) return () => [];
  const terms = new Set(query.terms.map(({ term }) => term));
  const prefixes = query.prefixes.map(({ term }) => term);
  const nearTests = query.misspellings.map(({ term, ...near }) =>
    createNearTest({ utf8: Buffer.from(term, "utf8"), ...near }),
  );
  const compare = (term: string): boolean => {
    if (terms.has(term) || prefixes.some((prefix) => term.startsWith(prefix))) return true;
    if (nearTests.length === 0) return false;
    const utf8 = Buffer.from(term, "utf8");
    return nearTests.some((isNear) => isNear(utf8));
  };
  // Few terms make up most of a text.
  const known = new Map<string, boolean>();
  const isWanted = (term: string): boolean => {
    let answer = known.get(term);
    if (answer === undefined) {
      answer = compare(term);
      if (known.size < knownTermsMax) known.set(term, answer);
    }
    return answer;
  };
  // A phrase has words that it does not want one by one.
  const isNeeded = query.phrases.length > 0 ? () => true : isWanted;
  return (text, passage) => {
    const from = windowStart(text, passage);
    const looked = text.slice(from, from + limits.highlightTextMax);
    const words = wordsOf(looked, analyzer, isNeeded);
    const found = words.filter(({ term }) => isWanted(term));
    const spans = [...found, ...phraseSpans(words, query)].map(({ start, end }) => ({
      start: from + start,
      end: from + end,
    }));
    return joinSpans(spans).slice(0, limits.highlightCountMax);
  };
}

function windowStart(text: string, passage: Span): number {
  const last = text.length - limits.highlightTextMax;
  return last <= 0 ? 0 : Math.min(passage.start, last);
}

interface Word extends Span {
  readonly term: string;
  /** Words before it. */
  readonly position: number;
}

/** Of version 1 of the analyzer all words, since the place of one follows from the one before. */
function wordsOf(text: string, analyzer: Analyzer, isNeeded: (term: string) => boolean): Word[] {
  const words: Word[] = [];
  if (analyzer.settings.analyzerVersion > 1) {
    analyzer.forEachTerm(text, (term, position, start, end) => {
      if (isNeeded(term)) words.push({ term, position, start, end });
    });
    return words;
  }
  analyzer.forEachTerm(text, (term, position, start, end) => {
    const before = words.at(-1);
    // Version 1 tells the pairs of characters of a run without spaces with the whole run.
    const from = before !== undefined && before.start >= start ? before.start : start - 1;
    words.push({ term, position, ...pairIn(text, { term, start, end, from }) });
  });
  return words;
}

/** Where the pair of characters after `from` is that became `term`; the whole run when none did. */
function pairIn(
  text: string,
  { term, start, end, from }: { term: string; start: number; end: number; from: number },
): Span {
  const isPair = classOfCodePoint(term.codePointAt(0) ?? 0) === codeUnitClass.ideograph;
  if (!isPair) return { start, end };
  for (let at = Math.max(start, from + 1); at < end; at += 1) {
    const first = String.fromCodePoint(text.codePointAt(at) ?? 0).length;
    if (at + first >= end) break;
    const pairEnd = at + first + String.fromCodePoint(text.codePointAt(at + first) ?? 0).length;
    if (foldCharacters(text.slice(at, pairEnd)) === term) return { start: at, end: pairEnd };
  }
  return { start, end };
}

/** From the first to the last word of each place where a phrase stands. */
function phraseSpans(words: readonly Word[], { phrases }: LexicalQuery): Span[] {
  if (phrases.length === 0) return [];
  const at = new Map(words.map((word) => [`${word.position} ${word.term}`, word]));
  return phrases.flatMap(({ terms }) => {
    const [first] = terms;
    if (first === undefined) return [];
    return words.flatMap((word) => {
      if (word.term !== first.term) return [];
      const base = word.position - first.offset;
      const rest = terms.map(({ term, offset }) => at.get(`${base + offset} ${term}`));
      const last = rest.at(-1);
      return last === undefined || rest.includes(undefined)
        ? []
        : [{ start: word.start, end: last.end }];
    });
  });
}

function joinSpans(spans: Span[]): Span[] {
  spans.sort((a, b) => a.start - b.start || a.end - b.end);
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of spans) {
    const last = joined.at(-1);
    if (last === undefined || start >= last.end) joined.push({ start, end });
    else last.end = Math.max(last.end, end);
  }
  return joined;
}
