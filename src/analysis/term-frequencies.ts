// Counts the terms of a passage, in the order in which indexes keep them.

import type { Analyzer } from "./analyzer.js";

/** The terms of one passage: `terms` distinct and in UTF-8 byte order, `counts` beside them. */
export interface PassageTerms {
  readonly terms: readonly string[];
  readonly counts: readonly number[];
  /**
   * Where each term stands, in words from the passage's first: `counts[i]` rising numbers for term
   * i, one term after another.
   */
  readonly positions: readonly number[];
  /** Sum of the counts: the passage's length in BM25. */
  readonly length: number;
}

/** One distinct term of a query and how often the query has it. */
export interface QueryTerm {
  readonly term: string;
  readonly frequency: number;
}

/** O(length + t log t) for t distinct terms. */
export function termFrequencies(analyzer: Analyzer, text: string): PassageTerms {
  const places = new Map<string, number[]>();
  let length = 0;
  analyzer.forEachTerm(text, (term, position) => {
    length += 1;
    const known = places.get(term);
    if (known === undefined) places.set(term, [position]);
    else known.push(position);
  });
  const terms = sortTerms([...places.keys()]);
  const positions = terms.flatMap((term) => places.get(term) ?? []);
  return { terms, counts: terms.map((term) => places.get(term)?.length ?? 0), positions, length };
}

/**
 * Distinct terms of a query in the order of their first occurrence: the order in which scores add
 * up.
 */
export function queryTerms(analyzer: Analyzer, text: string): QueryTerm[] {
  return [...countTerms(analyzer.analyze(text))].map(([term, frequency]) => ({ term, frequency }));
}

/** Sorts by UTF-8 bytes, in place, and returns `terms`. */
export function sortTerms(terms: string[]): string[] {
  // The engine's own order compares UTF-16 units, which differs only where surrogates occur.
  return terms.some((term) => /[\ud800-\udfff]/.test(term))
    ? terms.sort((a, b) => Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8")))
    : terms.sort();
}

function countTerms(terms: readonly string[]): Map<string, number> {
  const frequencies = new Map<string, number>();
  for (const term of terms) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
  return frequencies;
}
