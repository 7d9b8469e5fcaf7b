// Folds words to the form that is compared: no case, no diacritics, no compatibility forms.

import { characterClass, classOf, foldCodePoint } from "./table.js";

const asciiOnly = /^[\0-\x7f]*$/;

/**
 * Character by character, so that what a text begins with becomes what its folded form begins with.
 * Letters stay decomposed. Ends when `unitsMax` code units are there. O(length).
 */
export function fold(text: string, unitsMax = Infinity): string {
  if (asciiOnly.test(text) && text.length <= unitsMax) return text.toLowerCase();
  let folded = "";
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (classOf(codePoint) === characterClass.format) continue;
    folded += foldCodePoint(codePoint);
    if (folded.length >= unitsMax) break;
  }
  return folded;
}
