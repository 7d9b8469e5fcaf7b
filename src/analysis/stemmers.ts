// Stemmers by language. The exact versions of the packages are part of an analyzer's version, since
// a different stem needs a new version.

import { readFileSync } from "node:fs";
import type * as Snowball from "multilingual-stemmer";
import { present } from "../core/assert.js";
import { SluiceError } from "../core/errors.js";
import { stemEnglish } from "./porter2.js";
import { fold } from "./unicode/fold.js";

/**
 * Compiling its WASM takes longer than all else that a thread loads, so only threads that meet a
 * language other than English load it.
 */
let snowball: typeof Snowball | undefined;

/**
 * Must have resolved before `createStemmer` is called with this name. Throws SYSTEM_LIMIT where
 * address space is limited: the WASM memory reserves 10 GiB of it per thread, and a failed
 * reservation would end the process.
 */
export async function loadStemmer(name: StemmerName): Promise<void> {
  if (name === "english" || snowball !== undefined) return;
  if (isAddressSpaceLimited())
    throw new SluiceError(
      "SYSTEM_LIMIT",
      `the stemmer "${name}" needs 10 GiB of address space a thread; lift the limit (ulimit -v unlimited)`,
    );
  snowball = await import("multilingual-stemmer");
}

function isAddressSpaceLimited(): boolean {
  try {
    return !/^Max address space +unlimited/m.test(readFileSync("/proc/self/limits", "utf8"));
  } catch {
    return false;
  }
}

const snowballCodes = {
  arabic: "ar",
  armenian: "hy",
  basque: "eu",
  catalan: "ca",
  czech: "cs",
  danish: "da",
  dutch: "nl",
  english: "en",
  esperanto: "eo",
  estonian: "et",
  finnish: "fi",
  french: "fr",
  german: "de",
  greek: "el",
  hindi: "hi",
  hungarian: "hu",
  indonesian: "id",
  irish: "ga",
  italian: "it",
  lithuanian: "lt",
  nepali: "ne",
  norwegian: "no",
  persian: "fa",
  polish: "pl",
  portuguese: "pt",
  romanian: "ro",
  russian: "ru",
  serbian: "sr",
  spanish: "es",
  swedish: "sv",
  tamil: "ta",
  turkish: "tr",
  yiddish: "yi",
} as const satisfies Readonly<Record<string, Snowball.IsoCode>>;

/** Languages whose words can be stemmed. */
export type StemmerName = keyof typeof snowballCodes;
export const stemmerNames = Object.keys(snowballCodes).sort() as readonly StemmerName[];

/** Returns the folded stem of a word that has no invisible characters. */
export type Stemmer = (word: string) => string;

export function createStemmer(name: StemmerName): Stemmer {
  // The TypeScript version gives the same stems as Snowball and avoids the cost of calls into WASM.
  if (name === "english") return (word) => stemEnglish(withoutPossessive(fold(word)));
  const stem = present(snowball, "the stemmer is loaded").createStemmer(snowballCodes[name]);
  const lower = name === "turkish" ? toLowerTurkish : (word: string) => word.toLowerCase();
  // Composition and lower case of these languages' letters are the same in every version of
  // Unicode.
  return (word) => fold(stem(lower(word.normalize("NFC"))));
}

function toLowerTurkish(word: string): string {
  return word.replaceAll("\u0130", "i").replaceAll("I", "\u0131").toLowerCase();
}

export function withoutPossessive(word: string): string {
  return word.endsWith("'s") ? word.slice(0, -2) : word;
}
