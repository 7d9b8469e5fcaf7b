// Analyzers by name, of the first and of the latest version.

import { createAnalyzer, latestSettings } from "../../src/analysis/analyzer.js";
import type { Analyzer } from "../../src/analysis/query-words.js";
import type { AnalyzerName, AnalyzerSettings } from "../../src/analysis/settings.js";
import { loadStemmer, stemmerNames } from "../../src/analysis/stemmers.js";
import { loadStopWords, stopWordsNames } from "../../src/analysis/stop-words.js";

// Any language may be asked for below.
await Promise.all(stemmerNames.map(loadStemmer));
await Promise.all(stopWordsNames.map(loadStopWords));

export function firstAnalyzer(name: AnalyzerName): Analyzer {
  return createAnalyzer({ ...latestSettings(name), analyzerVersion: 1 });
}

export function latestAnalyzer(
  name: AnalyzerName,
  asked: Partial<Pick<AnalyzerSettings, "stemmer" | "stopWords">> = {},
): Analyzer {
  return createAnalyzer({ ...latestSettings(name), ...asked });
}
