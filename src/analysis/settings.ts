// Analyzer settings of a collection, and which combinations are valid.

import { stemmerNames } from "./stemmers.js";
import type { StemmerName } from "./stemmers.js";
import { stopWordsNames } from "./stop-words.js";
import type { StopWordsName } from "./stop-words.js";

export type AnalyzerName = "english" | "unicode";
export const analyzerNames: readonly AnalyzerName[] = ["english", "unicode"];

/** The version that new collections get. */
export const analyzerVersionLatest = 2;

/** Stored in the manifest. The same settings produce the same terms in every release. */
export interface AnalyzerSettings {
  readonly analyzer: AnalyzerName;
  /** 1 or 2. */
  readonly analyzerVersion: number;
  /** Only in version 2; in version 1 the analyzer's name implies them. */
  readonly stemmer: StemmerName | "none";
  readonly stopWords: StopWordsName | "none";
}

/** Those among others. */
export function analyzerSettingsOf(settings: AnalyzerSettings): AnalyzerSettings {
  const { analyzer, analyzerVersion, stemmer, stopWords } = settings;
  return { analyzer, analyzerVersion, stemmer, stopWords };
}

/** Default settings of an analyzer. */
export function defaultsOf(
  analyzer: AnalyzerName,
): Pick<AnalyzerSettings, "stemmer" | "stopWords"> {
  return analyzer === "english"
    ? { stemmer: "english", stopWords: "english" }
    : { stemmer: "none", stopWords: "none" };
}

export function isAnalyzerName(name: string): name is AnalyzerName {
  return name === "english" || name === "unicode";
}

export function isStemmerName(name: string): name is StemmerName | "none" {
  return name === "none" || (stemmerNames as readonly string[]).includes(name);
}

export function isStopWordsName(name: string): name is StopWordsName | "none" {
  return name === "none" || (stopWordsNames as readonly string[]).includes(name);
}
