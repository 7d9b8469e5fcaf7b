// Finds words in text: runs of letters and digits, in order. What becomes of a word is the
// analyzer's.

import { characterClass, characterClasses, classOfCodePoint } from "./characters.js";

/** Called for each run; `isUnspaced` tells a run of Han, kana or Hangul. End is exclusive. */
export type WordVisitor = (start: number, end: number, isUnspaced: boolean) => void;

/**
 * Visits the words of `text` from left to right. Everything that is neither letter, digit nor a
 * mark on one separates; an apostrophe between two word characters does not. O(length), no
 * allocation.
 */
export function forEachWord(text: string, visit: WordVisitor): void {
  const classes = characterClasses();
  const length = text.length;
  let start = -1;
  let isUnspaced = false;
  let position = 0;
  while (position < length) {
    let kind = classes[text.charCodeAt(position)] ?? 0;
    let width = 1;
    if (kind === characterClass.surrogate) {
      const codePoint = text.codePointAt(position) ?? 0;
      // A lone half is not a character: it separates.
      kind = codePoint > 0xffff ? classOfCodePoint(codePoint) : characterClass.separator;
      width = codePoint > 0xffff ? 2 : 1;
    }
    if (kind === characterClass.apostrophe) {
      kind = joinsWord(text, position, start) && !isUnspaced ? kind : characterClass.separator;
    }
    const isWord = kind === characterClass.word;
    const isIdeograph = kind === characterClass.ideograph;
    const endsRun = isUnspaced ? isWord : isIdeograph;
    if (start >= 0 && (kind === characterClass.separator || endsRun)) {
      visit(start, position, isUnspaced);
      start = -1;
    }
    if (start < 0 && (isWord || isIdeograph)) {
      start = position;
      isUnspaced = isIdeograph;
    }
    position += width;
  }
  if (start >= 0) visit(start, length, isUnspaced);
}

function joinsWord(text: string, position: number, start: number): boolean {
  if (start < 0) return false;
  const next = text.charCodeAt(position + 1);
  if (Number.isNaN(next)) return false;
  const kind = characterClasses()[next] ?? 0;
  if (kind === characterClass.surrogate) {
    return classOfCodePoint(text.codePointAt(position + 1) ?? 0) === characterClass.word;
  }
  return kind === characterClass.word;
}
