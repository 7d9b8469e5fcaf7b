// The languages of test/fixtures/languages, with the settings that a collection of each is made with.

import type { AnalyzerSettings } from "../../src/analysis/settings.js";

export interface SampleLanguage {
  /** Folder of the sample. */
  readonly name: string;
  readonly settings: Pick<AnalyzerSettings, "analyzer" | "stemmer" | "stopWords">;
  /** How its words are found, beside stems and stop words. */
  readonly words: string;
}

const spaced = "words between blanks";
const pairs = "characters and their pairs";
const syllables = "syllables and their pairs";

export const sampleLanguages: readonly SampleLanguage[] = [
  {
    name: "english",
    settings: { analyzer: "english", stemmer: "english", stopWords: "english" },
    words: spaced,
  },
  stemmedWithStopWords("arabic", `${spaced}, letters folded`),
  stemmedWithStopWords("dutch"),
  stemmedWithStopWords("finnish"),
  stemmedWithStopWords("french"),
  stemmedWithStopWords("german"),
  stemmedWithStopWords("greek"),
  stemmedWithStopWords("indonesian"),
  stemmedWithStopWords("italian"),
  stemmedWithStopWords("portuguese"),
  stemmedWithStopWords("russian"),
  stemmedWithStopWords("spanish"),
  stemmedWithStopWords("swedish"),
  stemmedWithStopWords("turkish", `${spaced}, dotless i folded`),
  stemmed("hindi"),
  stemmed("persian", `${spaced}, letters folded`),
  plain("hebrew", `${spaced}, points dropped`),
  plain("vietnamese", `${spaced}, diacritics dropped`),
  plain("chinese", pairs),
  plain("japanese", pairs),
  plain("korean", pairs),
  plain("burmese", syllables),
  plain("khmer", syllables),
  plain("lao", syllables),
  plain("thai", syllables),
];

function stemmedWithStopWords(
  name: Extract<AnalyzerSettings["stemmer"], AnalyzerSettings["stopWords"]>,
  words = spaced,
): SampleLanguage {
  return { name, settings: { analyzer: "unicode", stemmer: name, stopWords: name }, words };
}

function stemmed(name: AnalyzerSettings["stemmer"], words = spaced): SampleLanguage {
  return { name, settings: { analyzer: "unicode", stemmer: name, stopWords: "none" }, words };
}

function plain(name: string, words: string): SampleLanguage {
  return { name, settings: { analyzer: "unicode", stemmer: "none", stopWords: "none" }, words };
}
