// Query words of the version 1 analyzers.

import type { Analyzer, PlacedPrefix, QueryWord } from "../query-words.js";
import type { AnalyzerSettings } from "../settings.js";
import { createFirstTermSource } from "./analyzer.js";
import { foldCharacters } from "./characters.js";

export function createFirstAnalyzer(settings: AnalyzerSettings): Analyzer {
  const forEachTerm = createFirstTermSource(settings.analyzer);
  const queryWords = (text: string): QueryWord[] => {
    const words: QueryWord[] = [];
    forEachTerm(text, (term, offset, start, end) => {
      words.push({
        start,
        end,
        terms: [{ term, frequency: 1 }],
        stopTerms: [],
        phrase: [{ term, offset }],
        otherwise: [],
        misspelling: undefined,
        quorum: undefined,
      });
    });
    return words;
  };
  return { settings, forEachTerm, queryWords, beginningAt };
}

/** Prefix of terms, folded but not stemmed. */
function beginningAt(text: string): PlacedPrefix | undefined {
  let start = text.length;
  for (let at = start; at > 0; at = start) {
    const isPair = at > 1 && (text.codePointAt(at - 2) ?? 0) > 0xffff;
    if (!/[\p{L}\p{N}\p{M}]/u.test(text.slice(at - (isPair ? 2 : 1), at))) break;
    start = at - (isPair ? 2 : 1);
  }
  while (start < text.length && /^\p{M}/u.test(text.slice(start, start + 2))) start += 1;
  if (start === text.length) return undefined;
  const prefix = foldCharacters(text.slice(start));
  return { start, terms: [], prefix, letterCount: Array.from(prefix).length };
}
