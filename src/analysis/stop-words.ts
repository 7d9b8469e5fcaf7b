// Stop words by language. They are indexed, so that prefixes and phrases match them. As plain words
// of a query they are ignored when the query has other words, phrases or prefixes.

import { stopwords as arabic } from "@orama/stopwords/arabic";
import { stopwords as armenian } from "@orama/stopwords/armenian";
import { stopwords as bulgarian } from "@orama/stopwords/bulgarian";
import { stopwords as danish } from "@orama/stopwords/danish";
import { stopwords as dutch } from "@orama/stopwords/dutch";
import { stopwords as finnish } from "@orama/stopwords/finnish";
import { stopwords as french } from "@orama/stopwords/french";
import { stopwords as german } from "@orama/stopwords/german";
import { stopwords as greek } from "@orama/stopwords/greek";
import { stopwords as hungarian } from "@orama/stopwords/hungarian";
import { stopwords as indonesian } from "@orama/stopwords/indonesian";
import { stopwords as irish } from "@orama/stopwords/irish";
import { stopwords as italian } from "@orama/stopwords/italian";
import { stopwords as lithuanian } from "@orama/stopwords/lithuanian";
import { stopwords as nepali } from "@orama/stopwords/nepali";
import { stopwords as norwegian } from "@orama/stopwords/norwegian";
import { stopwords as portuguese } from "@orama/stopwords/portuguese";
import { stopwords as romanian } from "@orama/stopwords/romanian";
import { stopwords as russian } from "@orama/stopwords/russian";
import { stopwords as serbian } from "@orama/stopwords/serbian";
import { stopwords as slovenian } from "@orama/stopwords/slovenian";
import { stopwords as spanish } from "@orama/stopwords/spanish";
import { stopwords as swedish } from "@orama/stopwords/swedish";
import { stopwords as tamil } from "@orama/stopwords/tamil";
import { stopwords as turkish } from "@orama/stopwords/turkish";
import { stopwords as ukrainian } from "@orama/stopwords/ukrainian";
import { fold } from "./unicode/fold.js";

/** The 33 of Lucene's English analyzer. */
const english =
  "a an and are as at be but by for if in into is it no not of on or such that the their " +
  "then there these they this to was will with";

const lists = {
  english: english.split(" "),
  arabic,
  armenian,
  bulgarian,
  danish,
  dutch,
  finnish,
  french,
  german,
  greek,
  hungarian,
  indonesian,
  irish,
  italian,
  lithuanian,
  nepali,
  norwegian,
  portuguese,
  romanian,
  russian,
  serbian,
  slovenian,
  spanish,
  swedish,
  tamil,
  turkish,
  ukrainian,
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Languages that have a list. */
export type StopWordsName = keyof typeof lists;
export const stopWordsNames = Object.keys(lists).sort() as readonly StopWordsName[];

/** The words of a list, folded. */
export function stopWordsOf(name: StopWordsName): ReadonlySet<string> {
  return new Set(lists[name].map((word) => fold(word)));
}
