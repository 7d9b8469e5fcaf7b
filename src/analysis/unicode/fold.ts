// Folds words for comparison: no case, no diacritics, no compatibility forms.

import { characterClass, classOf, foldCodePoint } from "./table.js";

const asciiOnly = /^[\0-\x7f]*$/;

/**
 * Folds each character on its own, so that a folded prefix is a prefix of the folded text. Letters
 * stay decomposed. Stops at `unitsMax` code units. O(length).
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
