// Stop words by language. They are indexed, so that prefixes and phrases match them. As plain words
// of a query they are ignored when the query has other words, phrases or prefixes.

import { present } from "../core/assert.js";
import { fold } from "./unicode/fold.js";

/** The 33 of Lucene's English analyzer. */
const english =
  "a an and are as at be but by for if in into is it no not of on or such that the their " +
  "then there these they this to was will with";

/** Lists are loaded on first use: a thread rarely needs more than one language. */
const imports = {
  arabic: () => import("@orama/stopwords/arabic"),
  armenian: () => import("@orama/stopwords/armenian"),
  bulgarian: () => import("@orama/stopwords/bulgarian"),
  danish: () => import("@orama/stopwords/danish"),
  dutch: () => import("@orama/stopwords/dutch"),
  finnish: () => import("@orama/stopwords/finnish"),
  french: () => import("@orama/stopwords/french"),
  german: () => import("@orama/stopwords/german"),
  greek: () => import("@orama/stopwords/greek"),
  hungarian: () => import("@orama/stopwords/hungarian"),
  indonesian: () => import("@orama/stopwords/indonesian"),
  irish: () => import("@orama/stopwords/irish"),
  italian: () => import("@orama/stopwords/italian"),
  lithuanian: () => import("@orama/stopwords/lithuanian"),
  nepali: () => import("@orama/stopwords/nepali"),
  norwegian: () => import("@orama/stopwords/norwegian"),
  portuguese: () => import("@orama/stopwords/portuguese"),
  romanian: () => import("@orama/stopwords/romanian"),
  russian: () => import("@orama/stopwords/russian"),
  serbian: () => import("@orama/stopwords/serbian"),
  slovenian: () => import("@orama/stopwords/slovenian"),
  spanish: () => import("@orama/stopwords/spanish"),
  swedish: () => import("@orama/stopwords/swedish"),
  tamil: () => import("@orama/stopwords/tamil"),
  turkish: () => import("@orama/stopwords/turkish"),
  ukrainian: () => import("@orama/stopwords/ukrainian"),
} as const satisfies Readonly<
  Record<string, () => Promise<{ readonly stopwords: readonly string[] }>>
>;

/** Languages that have a list. */
export type StopWordsName = "english" | keyof typeof imports;
export const stopWordsNames = [
  "english",
  ...Object.keys(imports),
].sort() as readonly StopWordsName[];

/** Folded words of the lists that are loaded. */
const lists = new Map<StopWordsName, ReadonlySet<string>>([
  ["english", folded(english.split(" "))],
]);

/** Must have resolved before `stopWordsOf` is called with this name. */
export async function loadStopWords(name: StopWordsName): Promise<void> {
  if (name === "english" || lists.has(name)) return;
  const { stopwords } = await imports[name]();
  lists.set(name, folded(stopwords));
}

/** The words of a list, folded. */
export function stopWordsOf(name: StopWordsName): ReadonlySet<string> {
  return present(lists.get(name), "the list is loaded");
}

function folded(words: readonly string[]): ReadonlySet<string> {
  return new Set(words.map((word) => fold(word)));
}
