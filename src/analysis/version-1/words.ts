// Finds words in text: runs of letters and digits, in order. The analyzer turns them into terms.

import { codeUnitClass, characterClasses, classOfCodePoint } from "./characters.js";

/** Called for each run; `isUnspaced` is true for Han, kana and Hangul. End is exclusive. */
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
    if (kind === codeUnitClass.surrogate) {
      const codePoint = text.codePointAt(position) ?? 0;
      // An unpaired surrogate is a separator.
      kind = codePoint > 0xffff ? classOfCodePoint(codePoint) : codeUnitClass.separator;
      width = codePoint > 0xffff ? 2 : 1;
    }
    if (kind === codeUnitClass.apostrophe) {
      kind = joinsWord(text, position, start) && !isUnspaced ? kind : codeUnitClass.separator;
    }
    const isWord = kind === codeUnitClass.word;
    const isIdeograph = kind === codeUnitClass.ideograph;
    const endsRun = isUnspaced ? isWord : isIdeograph;
    if (start >= 0 && (kind === codeUnitClass.separator || endsRun)) {
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
  if (kind === codeUnitClass.surrogate) {
    return classOfCodePoint(text.codePointAt(position + 1) ?? 0) === codeUnitClass.word;
  }
  return kind === codeUnitClass.word;
}
