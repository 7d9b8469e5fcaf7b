// What a query's text asks of the words: plain words, "phrases" in quotes, beginnings* with a star.

import type { Analyzer } from "./analyzer.js";
import { foldCharacters } from "./characters.js";
import { queryTerms } from "./term-frequencies.js";
import type { QueryTerm } from "./term-frequencies.js";

export interface LexicalQuery {
  /** Distinct terms of words and phrases, in the order of their first occurrence. */
  readonly terms: readonly QueryTerm[];
  /** Distinct beginnings, as terms begin: folded, not stemmed. */
  readonly prefixes: readonly QueryTerm[];
  /** Phrases of which something is left after analysis. */
  readonly phrases: readonly QueryPhrase[];
  /** The text without quotes of phrases and stars of beginnings: what the model reads. */
  readonly plainText: string;
}

export interface QueryPhrase {
  /** `offset`: words from the phrase's first, words that became no term included. */
  readonly terms: readonly { readonly term: string; readonly offset: number }[];
}

/** A phrase, or a word that is followed by a star and then by no other word. */
const syntax = /"([^"]*)"|([\p{L}\p{N}][\p{L}\p{N}\p{M}]*)\*(?![\p{L}\p{N}])/gu;

/** A quote without its partner is no syntax, nor is a star elsewhere. O(length). */
export function parseLexicalQuery(analyzer: Analyzer, text: string): LexicalQuery {
  const prefixes = new Map<string, number>();
  const phrases: QueryPhrase[] = [];
  const words = text.replaceAll(syntax, (whole, phrase?: string, beginning?: string) => {
    if (phrase !== undefined) {
      const terms: { term: string; offset: number }[] = [];
      analyzer.forEachTerm(phrase, (term, offset) => terms.push({ term, offset }));
      if (terms.length > 0) phrases.push({ terms });
      return ` ${phrase} `;
    }
    if (beginning === undefined) return whole;
    const prefix = foldCharacters(beginning);
    prefixes.set(prefix, (prefixes.get(prefix) ?? 0) + 1);
    return " ";
  });
  const plainText = text.replaceAll(syntax, (_, phrase?: string, beginning?: string) =>
    phrase === undefined ? (beginning ?? "") : phrase,
  );
  return {
    terms: queryTerms(analyzer, words),
    prefixes: [...prefixes].map(([term, frequency]) => ({ term, frequency })),
    phrases,
    plainText: plainText.trim() === "" ? text : plainText,
  };
}

/**
 * The words of several phrasings: a term counts as often as in all of them, and the phrases of each
 * are asked for. The plain text is that of the first.
 */
export function joinLexicalQueries(
  queries: readonly [LexicalQuery, ...LexicalQuery[]],
): LexicalQuery {
  const [first, ...others] = queries;
  if (others.length === 0) return first;
  return {
    terms: addUp(queries.flatMap(({ terms }) => terms)),
    prefixes: addUp(queries.flatMap(({ prefixes }) => prefixes)),
    phrases: queries.flatMap(({ phrases }) => phrases),
    plainText: first.plainText,
  };
}

function addUp(all: readonly QueryTerm[]): QueryTerm[] {
  const frequencies = new Map<string, number>();
  for (const { term, frequency } of all)
    frequencies.set(term, (frequencies.get(term) ?? 0) + frequency);
  return [...frequencies].map(([term, frequency]) => ({ term, frequency }));
}

/** True when there is nothing to look for in the words. */
export function isEmptyQuery({ terms, prefixes }: LexicalQuery): boolean {
  return terms.length === 0 && prefixes.length === 0;
}
