// Tokenizes a text into words with the joiners between their pieces, runs of scripts without
// spaces, and symbols. word-forms.ts and runs.ts turn the tokens into terms.

import { characterClass, classOf } from "./unicode/table.js";

export type TokenKind = "word" | "ideographs" | "clusters" | "symbol";

/** Offsets in UTF-16 code units; the end is exclusive. */
export type TokenVisitor = (kind: TokenKind, start: number, end: number) => void;

/** Visits disjoint tokens from left to right. O(length), no allocation. */
export function forEachToken(text: string, visit: TokenVisitor): void {
  for (let at = 0; at < text.length;) {
    const codePoint = text.codePointAt(at) ?? 0;
    switch (classOf(codePoint)) {
      case characterClass.letter:
      case characterClass.upper:
      case characterClass.digit: {
        const end = wordEnd(text, at);
        visit("word", hasLeadingDot(text, at) ? at - 1 : at, end);
        at = end;
        break;
      }
      case characterClass.ideograph: {
        const end = runEnd(text, at, isIdeograph);
        visit("ideographs", at, end);
        at = end;
        break;
      }
      case characterClass.cluster:
      case characterClass.leadingVowel: {
        const end = runEnd(text, at, isCluster);
        visit("clusters", at, end);
        at = end;
        break;
      }
      case characterClass.symbol: {
        const end = symbolEnd(text, at);
        visit("symbol", at, end);
        at = end;
        break;
      }
      default:
        at += widthOf(codePoint);
    }
  }
}

/** Includes the no-break space, but not the byte order mark, which is ignored inside words. */
export function hasBlank(text: string): boolean {
  return /[^\S\ufeff]/.test(text);
}

export function widthOf(codePoint: number): number {
  return codePoint > 0xffff ? 2 : 1;
}

/** Class of the character at an offset; a separator beyond the text's end. */
export function classAt(text: string, at: number): number {
  return classOf(text.codePointAt(at) ?? 0);
}

export function isAlphanumeric(kind: number): boolean {
  return kind >= characterClass.letter && kind <= characterClass.digit;
}

function isIdeograph(kind: number): boolean {
  return kind === characterClass.ideograph;
}

function isCluster(kind: number): boolean {
  return kind === characterClass.cluster || kind === characterClass.leadingVowel;
}

/**
 * Offset after the last character of the class or mark. Trailing invisible characters do not belong
 * to it.
 */
function runEnd(text: string, start: number, belongs: (kind: number) => boolean): number {
  let end = start;
  for (let at = start; at < text.length;) {
    const codePoint = text.codePointAt(at) ?? 0;
    const kind = classOf(codePoint);
    at += widthOf(codePoint);
    if (belongs(kind) || kind === characterClass.mark) end = at;
    else if (kind !== characterClass.format) break;
  }
  return end;
}

/** Maximum number of pieces of a word; longer chains are split into several words. */
export const wordPiecesMax = 8;

function wordEnd(text: string, start: number): number {
  let end = runEnd(text, start, isAlphanumeric);
  for (let pieces = 1; pieces < wordPiecesMax && joins(text, end);) {
    if (!isApostrophe(text.charCodeAt(end)) && !isHebrewQuote(text, end)) pieces += 1;
    end = runEnd(text, end + 1, isAlphanumeric);
  }
  return end + signsAt(text, end);
}

/** True for a character between two pieces of one word: e-mail, snake_case, node.js, O'Neil, 1,000. */
export function joins(text: string, at: number): boolean {
  const sign = text.charCodeAt(at);
  const next = classAt(text, at + 1);
  if (at === 0 || !isAlphanumeric(next)) return false;
  switch (sign) {
    case 0x2d: // -
    case 0x2010:
    case 0x2011:
    case 0xff0d:
    case 0x05be: // maqaf
    case 0x5f: // _
    case 0xff3f:
    case 0x2e: // .
    case 0xff0e:
    case 0x40: // @
      return true;
    case 0x26: // &
      return next !== characterClass.digit && !isDigitBefore(text, at);
    case 0x2c: // ,
      return next === characterClass.digit && isDigitBefore(text, at);
    default:
      if (isHebrewQuote(text, at)) return true;
      return isApostrophe(sign) && next !== characterClass.digit && !isDigitBefore(text, at);
  }
}

export function isApostrophe(unit: number): boolean {
  return unit === 0x27 || unit === 0x2019 || unit === 0xff07;
}

/**
 * Hebrew abbreviations are often typed with a quotation mark instead of gershayim before the last
 * letter.
 */
export function isHebrewQuote(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== 0x22) return false;
  return isHebrewLetter(text.charCodeAt(at - 1)) && isHebrewLetter(text.charCodeAt(at + 1));
}

function isHebrewLetter(unit: number): boolean {
  return unit >= 0x05d0 && unit <= 0x05ea;
}

function isDigitBefore(text: string, at: number): boolean {
  return classOf(text.charCodeAt(at - 1)) === characterClass.digit;
}

/**
 * Length of the signs that end a name, as in C++, C# and notepad++; 0 when they belong to the
 * following text.
 */
export function signsAt(text: string, at: number): number {
  let count = 0;
  while (isPlus(text.charCodeAt(at + count)) || isHash(text.charCodeAt(at + count))) count += 1;
  if (count === 0 || count > 2) return 0;
  const next = classAt(text, at + count);
  if (!isAlphanumeric(next)) return count;
  // C++17 and C#7, but neither a+b nor page#part.
  const isPair = count === 2 || isHash(text.charCodeAt(at));
  return isPair && next === characterClass.digit ? count : 0;
}

export function isPlus(unit: number): boolean {
  return unit === 0x2b || unit === 0xff0b;
}

export function isHash(unit: number): boolean {
  return unit === 0x23 || unit === 0xff03 || unit === 0x266f;
}

/**
 * True for the word after the dot in .NET and .gitignore, where only white space or a bracket
 * precedes the dot.
 */
function hasLeadingDot(text: string, at: number): boolean {
  if (text.charCodeAt(at - 1) !== 0x2e || classAt(text, at) === characterClass.digit) return false;
  return at === 1 || /[\s("'[`]/.test(text.charAt(at - 2));
}

/**
 * Modifiers, joiners, selectors and tags extend the preceding symbol; two regional indicators form
 * one flag.
 */
function symbolEnd(text: string, start: number): number {
  let end = start + widthOf(text.codePointAt(start) ?? 0);
  if (isFlagLetter(text.codePointAt(start)) && isFlagLetter(text.codePointAt(end))) return end + 2;
  for (let at = end; at < text.length;) {
    const codePoint = text.codePointAt(at) ?? 0;
    const kind = classOf(codePoint);
    const isJoined = text.charCodeAt(at - 1) === zeroWidthJoiner && kind === characterClass.symbol;
    const goesOn = kind === characterClass.format || kind === characterClass.mark;
    if (!goesOn && !isJoined && !isSkinTone(codePoint)) break;
    at += widthOf(codePoint);
    if (codePoint !== zeroWidthJoiner) end = at;
  }
  return end;
}

export const zeroWidthJoiner = 0x200d;

export function isSkinTone(codePoint: number): boolean {
  return codePoint >= 0x1f3fb && codePoint <= 0x1f3ff;
}

export function isFlagLetter(codePoint: number | undefined): boolean {
  return codePoint !== undefined && codePoint >= 0x1f1e6 && codePoint <= 0x1f1ff;
}
