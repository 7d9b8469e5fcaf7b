// The lexical part of a query: plain words, "phrases" in quotes, prefixes* with a star, excluded
// -words and -"phrases", and misspelled words where the request enables them.

import { limits } from "../core/limits.js";
import type { Analyzer, PhraseTerm, QueryWord, WordPrefix } from "./query-words.js";
import { parseQuerySyntax } from "./query-syntax.js";
import { addUpTerms } from "./query-terms.js";
import type { QueryTerm } from "./query-terms.js";

export interface LexicalQuery {
  /** Distinct terms of words and phrases, in the order of their first occurrence. */
  readonly terms: readonly QueryTerm[];
  /** Distinct prefixes of terms, folded but not stemmed. */
  readonly prefixes: readonly QueryTerm[];
  /** Distinct words that may be misspelled. */
  readonly misspellings: readonly QueryMisspelling[];
  /** Phrases that have terms after analysis. Every hit contains all of them. */
  readonly phrases: readonly QueryPhrase[];
  /** Words and phrases that no hit may contain. */
  readonly excluded: readonly QueryPhrase[];
  /** Runs without spaces, each with the number of its terms that a passage must contain. */
  readonly quorums: readonly QueryQuorum[];
  /** Input of the model: the text without the quotes of phrases, stars of prefixes, and exclusions. */
  readonly plainText: string;
}

export interface QueryPhrase {
  /**
   * `offset` is the distance in words from the phrase's first word, counting words without a term.
   */
  readonly terms: readonly PhraseTerm[];
}

/** Terms that differ from `term`, after its first `markLength` characters, by `distance` letters. */
export interface QueryMisspelling extends QueryTerm {
  readonly markLength: number;
  readonly distance: number;
  /** The term of the exact word; passages that contain it score higher. */
  readonly exact: string;
}

/** A passage must contain `count` of these terms and prefixes for any of them to score. */
export interface QueryQuorum {
  readonly terms: readonly string[];
  readonly prefix: string | undefined;
  readonly count: number;
}

export interface LexicalOptions {
  /** Also match the last word as a prefix unless white space follows it. Default false. */
  readonly lastWordBegins?: boolean | undefined;
  /**
   * Also match terms at edit distance 1 for words of at least four letters, and 2 for at least
   * eight. Default false.
   */
  readonly misspellings?: boolean | undefined;
}

/** Shorter prefixes match too many terms. */
const beginningLettersMin = 2;

/** The clauses of a query by kind, before duplicates are removed. */
interface Asked {
  readonly terms: QueryTerm[];
  readonly stopTerms: QueryTerm[];
  readonly prefixes: QueryTerm[];
  readonly misspellings: QueryMisspelling[];
  readonly phrases: QueryPhrase[];
  readonly excluded: QueryPhrase[];
  readonly quorums: QueryQuorum[];
}

/** Unpaired quotes, and stars and minuses in other places, count as plain text. O(length). */
export function parseLexicalQuery(
  analyzer: Analyzer,
  text: string,
  { lastWordBegins = false, misspellings = false }: LexicalOptions = {},
): LexicalQuery {
  const asked: Asked = {
    terms: [],
    stopTerms: [],
    prefixes: [],
    misspellings: [],
    phrases: [],
    excluded: [],
    quorums: [],
  };
  let plainText = "";
  const parts = parseQuerySyntax(text);
  for (const [i, part] of parts.entries()) {
    switch (part.kind) {
      case "words":
        addWords(analyzer, part.text, asked, { misspellings });
        if (lastWordBegins && i + 1 === parts.length) addLastWord(analyzer, part.text, asked);
        plainText += part.text;
        break;
      case "beginning":
        plainText += part.text;
        addBeginning(analyzer, part.text, asked);
        break;
      case "phrase":
        addPhrase(analyzer, part.text, asked);
        plainText += part.text;
        break;
      case "excluded":
        addExcluded(analyzer, part.text, asked);
    }
  }
  const { phrases, excluded, quorums } = asked;
  const isStopsOnly = asked.terms.length === 0 && asked.prefixes.length === 0;
  return {
    phrases,
    excluded,
    quorums,
    terms: addUpTerms(isStopsOnly ? asked.stopTerms : asked.terms),
    prefixes: addUpTerms(asked.prefixes),
    misspellings: distinctMisspellings(asked.misspellings),
    plainText: plainText.trim() === "" ? text : plainText,
  };
}

function addWords(
  analyzer: Analyzer,
  text: string,
  asked: Asked,
  { misspellings }: { readonly misspellings: boolean },
): void {
  for (const word of analyzer.queryWords(text)) {
    asked.terms.push(...word.terms);
    asked.stopTerms.push(...word.stopTerms);
    addQuorum(word, asked);
    if (misspellings) addMisspelling(word, asked);
  }
}

function addQuorum({ terms, quorum }: QueryWord, asked: Asked): void {
  if (quorum === undefined) return;
  asked.quorums.push({ terms: terms.map(({ term }) => term), prefix: undefined, count: quorum });
}

function addMisspelling({ misspelling, terms }: QueryWord, asked: Asked): void {
  const exact = terms[0]?.term;
  if (misspelling === undefined || exact === undefined) return;
  asked.misspellings.push({ ...misspelling, frequency: 1, exact });
}

/** In a session the last word of the query may be incomplete. */
function addLastWord(analyzer: Analyzer, text: string, asked: Asked): void {
  // Trailing signs may end a name such as C++ or separate words as in a+b, so both are matched.
  const bare = text.replace(/[+#\uff0b\uff03\u266f]+$/, "");
  if (bare !== text) asked.terms.push(...(analyzer.queryWords(bare).at(-1)?.terms ?? []));
  const beginning = analyzer.beginningAt(text);
  if (beginning === undefined || beginning.letterCount < beginningLettersMin) return;
  asked.prefixes.push({ term: beginning.prefix, frequency: 1 });
  const last = asked.quorums.at(-1);
  const isSame = last?.terms.at(-1) === beginning.prefix && last.prefix === undefined;
  if (!isSame || last === undefined) return;
  // The last pair of the run may be incomplete, so it is only a prefix.
  const place = asked.terms.findLastIndex(({ term }) => term === beginning.prefix);
  if (place >= 0) asked.terms.splice(place, 1);
  asked.quorums.splice(-1, 1, {
    terms: last.terms.slice(0, -1),
    prefix: beginning.prefix,
    count: last.count,
  });
}

function addBeginning(analyzer: Analyzer, text: string, asked: Asked): void {
  const found = analyzer.beginningAt(text);
  addWords(analyzer, text.slice(0, found?.start), asked, { misspellings: false });
  if (found === undefined) return;
  const { terms, prefix }: WordPrefix = found;
  asked.prefixes.push({ term: prefix, frequency: 1 });
  asked.terms.push(...terms.map((term) => ({ term, frequency: 1 })));
  const distinct = [...new Set(terms)];
  if (distinct.length > 0)
    asked.quorums.push({ terms: distinct, prefix, count: distinct.length + 1 });
}

function addPhrase(analyzer: Analyzer, text: string, asked: Asked): void {
  const words = analyzer.queryWords(text);
  const terms = words.flatMap(({ phrase }) => phrase);
  if (terms.length > 0) asked.phrases.push({ terms });
  const found = words.flatMap((word) => word.terms);
  // A phrase of stop words only is matched like any other.
  asked.terms.push(...(found.length > 0 ? found : words.flatMap(({ stopTerms }) => stopTerms)));
}

function addExcluded(analyzer: Analyzer, text: string, asked: Asked): void {
  const words = analyzer.queryWords(text);
  const terms = words.flatMap(({ phrase }) => phrase);
  if (terms.length > 0) asked.excluded.push({ terms });
  const [only] = words;
  if (words.length !== 1 || only === undefined) return;
  for (const term of only.otherwise) asked.excluded.push({ terms: [{ term, offset: 0 }] });
}

/** Removes duplicates and applies the limit on misspelled words. */
function distinctMisspellings(all: readonly QueryMisspelling[]): QueryMisspelling[] {
  const byTerm = new Map<string, QueryMisspelling>();
  for (const one of all) if (!byTerm.has(one.term)) byTerm.set(one.term, one);
  return [...byTerm.values()].slice(0, limits.misspelledWordsMax);
}

/**
 * Combines the queries of several variants: frequencies of terms add up, and phrases and exclusions
 * of all variants apply. The plain text is that of the first variant.
 */
export function joinLexicalQueries(
  queries: readonly [LexicalQuery, ...LexicalQuery[]],
): LexicalQuery {
  const [first, ...others] = queries;
  if (others.length === 0) return first;
  return {
    terms: addUpTerms(queries.flatMap(({ terms }) => terms)),
    prefixes: addUpTerms(queries.flatMap(({ prefixes }) => prefixes)),
    misspellings: distinctMisspellings(queries.flatMap(({ misspellings }) => misspellings)),
    phrases: queries.flatMap(({ phrases }) => phrases),
    excluded: queries.flatMap(({ excluded }) => excluded),
    quorums: queries.flatMap(({ quorums }) => quorums),
    plainText: first.plainText,
  };
}

/** True when the query has no clause that can match. */
export function isEmptyQuery({ terms, prefixes }: LexicalQuery): boolean {
  return terms.length === 0 && prefixes.length === 0;
}
