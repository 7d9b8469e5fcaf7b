// Turns texts into terms, and queries into the terms that match their words. A collection stores
// the settings of its analyzer, version included.

import { once } from "../core/memoize.js";
import type { Analyzer } from "./query-words.js";
import type { AnalyzerName, AnalyzerSettings } from "./settings.js";
import { analyzerVersionLatest, defaultsOf } from "./settings.js";
import { loadStemmer } from "./stemmers.js";
import { loadStopWords } from "./stop-words.js";
import { createFirstAnalyzer } from "./version-1/query-words.js";
import { createSecondAnalyzer } from "./version-2.js";

/**
 * Must have resolved before an analyzer with these settings is created; nothing to do for English.
 * Throws SYSTEM_LIMIT as `loadStemmer` does.
 */
export async function loadLanguage({ stemmer, stopWords }: AnalyzerSettings): Promise<void> {
  if (stemmer !== "none") await loadStemmer(stemmer);
  if (stopWords !== "none") await loadStopWords(stopWords);
}

/** Supports versions 1 and 2; any other version is a bug. */
export function createAnalyzer(settings: AnalyzerSettings): Analyzer {
  return settings.analyzerVersion === 1
    ? createFirstAnalyzer(settings)
    : createSecondAnalyzer(settings);
}

/** Analyzers by their settings, each made on first use and kept with the words that it remembers. */
export function createAnalyzers(): (settings: AnalyzerSettings) => Analyzer {
  const made = new Map<string, Analyzer>();
  return (settings) => once(made, JSON.stringify(settings), () => createAnalyzer(settings));
}

/** Settings of new collections that name only an analyzer. */
export function latestSettings(analyzer: AnalyzerName): AnalyzerSettings {
  return { analyzer, analyzerVersion: analyzerVersionLatest, ...defaultsOf(analyzer) };
}

/** The terms alone, in text order, repeated as often as they occur. */
export function analyze(analyzer: Analyzer, text: string): string[] {
  const terms: string[] = [];
  analyzer.forEachTerm(text, (term) => terms.push(term));
  return terms;
}
