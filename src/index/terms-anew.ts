// Terms of stored passages made anew by another analyzer: a passage keeps its text, which its
// document has, and of a title as much as it was encoded with.

import type { Analyzer } from "../analysis/query-words.js";
import { packTerms, termFrequencies } from "../analysis/term-frequencies.js";
import type { PackedTerms } from "../analysis/term-frequencies.js";
import type { Span } from "../core/document.js";

export interface TermsChange {
  /** That made the terms which are there. */
  readonly from: Analyzer;
  readonly to: Analyzer;
}

/** What a passage's terms were made of. */
export interface AnalyzedPassage {
  readonly span: Span;
  /** Terms that are there, repeats included: BM25's length. */
  readonly length: number;
}

/**
 * `document` is undefined when it was deleted, and the passage with it. O(text of the passage and
 * its title).
 */
export function termsAnew(
  { span, length }: AnalyzedPassage,
  document: { readonly title: string; readonly text: string } | undefined,
  { from, to }: TermsChange,
): PackedTerms {
  if (document === undefined) return packTerms(termFrequencies(to, ""));
  const text = document.text.slice(span.start, span.end);
  const titleLength = length - termFrequencies(from, text).length;
  const title = titleOf(document.title, titleLength, from);
  return packTerms(termFrequencies(to, `${title} ${text}`));
}

/**
 * The prefix of a title with so many terms: long titles are cut, and later passages of a
 * document may have none.
 */
function titleOf(title: string, length: number, analyzer: Analyzer): string {
  let count = 0;
  let end = 0;
  analyzer.forEachTerm(title, (_term, _position, _start, wordEnd) => {
    count += 1;
    if (count <= length) end = wordEnd;
  });
  return count <= length ? title : title.slice(0, end);
}
