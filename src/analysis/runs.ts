// Runs of scripts that are written without spaces. There is no dictionary of their word boundaries,
// so single characters and pairs of adjacent ones are indexed, and a word matches at any place.

import type { TokenKind } from "./tokens.js";
import { isFlagLetter, isSkinTone, widthOf, zeroWidthJoiner } from "./tokens.js";
import { fold } from "./unicode/fold.js";
import { characterClass, classOf, foldCodePoint } from "./unicode/table.js";

/** A character with its marks; in Thai or Burmese approximately a syllable. */
export interface RunCharacter {
  /** Folded. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Longer sequences are truncated, since no real spelling has so many marks on a letter. */
const characterUnitsMax = 32;

/** `start` and `end` are the run's offsets in `text`. O(length). */
export function forEachRunCharacter(
  text: string,
  { kind, start, end }: { readonly kind: TokenKind; readonly start: number; readonly end: number },
  visit: (character: RunCharacter) => void,
): void {
  let first = start;
  let before = 0;
  for (let at = start; at < end;) {
    const codePoint = text.codePointAt(at) ?? 0;
    if (
      at > first &&
      (kind === "ideographs" ? beginsIdeograph : beginsCluster)(codePoint, before)
    ) {
      visitOne(text, first, at, visit);
      first = at;
    }
    if (classOf(codePoint) !== characterClass.format) before = codePoint;
    at += widthOf(codePoint);
  }
  visitOne(text, first, end, visit);
}

function visitOne(
  text: string,
  start: number,
  end: number,
  visit: (character: RunCharacter) => void,
): void {
  const codePoint = text.codePointAt(start) ?? 0;
  // Fast path: most characters have no marks.
  const isSingle = end - start === widthOf(codePoint);
  const folded = isSingle
    ? foldCodePoint(codePoint)
    : fold(text.slice(start, end), characterUnitsMax);
  visit({ text: folded, start, end });
}

function beginsIdeograph(codePoint: number, before: number): boolean {
  if (classOf(codePoint) !== characterClass.ideograph) return false;
  return !(isSyllablePart(codePoint) && isHangul(before));
}

/** Vowels and final consonants of decomposed Hangul. */
function isSyllablePart(codePoint: number): boolean {
  return (
    (codePoint >= 0x1160 && codePoint <= 0x11ff) || (codePoint >= 0xd7b0 && codePoint <= 0xd7ff)
  );
}

function isHangul(codePoint: number): boolean {
  return (
    (codePoint >= 0x1100 && codePoint <= 0x11ff) ||
    (codePoint >= 0xa960 && codePoint <= 0xa97f) ||
    (codePoint >= 0xac00 && codePoint <= 0xd7ff)
  );
}

/**
 * The decision uses only preceding text, so that a prefix of a text is segmented like the whole
 * text. A vowel after its consonant joins it, a leading vowel joins the next consonant, and a
 * stacked consonant joins the one above.
 */
function beginsCluster(codePoint: number, before: number): boolean {
  const kind = classOf(codePoint);
  if (kind === characterClass.leadingVowel) return true;
  if (kind !== characterClass.cluster || isFollowingVowel(codePoint)) return false;
  return classOf(before) !== characterClass.leadingVowel && !isStacker(before);
}

function isFollowingVowel(codePoint: number): boolean {
  switch (codePoint) {
    case 0x0e30: // Thai sara a, sara aa, sara am, lakkhangyao
    case 0x0e32:
    case 0x0e33:
    case 0x0e45:
    case 0x0eb0: // The same of Lao
    case 0x0eb2:
    case 0x0eb3:
      return true;
    default:
      return codePoint >= 0x19b0 && codePoint <= 0x19c9; // New Tai Lue
  }
}

/** Signs that stack the next consonant below: Khmer coeng, Myanmar virama and similar ones. */
function isStacker(codePoint: number): boolean {
  switch (codePoint) {
    case 0x17d2:
    case 0x1039:
    case 0x1a60:
    case 0x1b44:
    case 0xa9c0:
      return true;
    default:
      return false;
  }
}

const symbolPartsMax = 8;

/**
 * The terms of a symbol: the whole of a sequence first, then the symbols in it without skin tones.
 * A plain symbol is one term.
 */
export function termsOfSymbol(symbol: string): string[] {
  let whole = "";
  const parts: string[] = [];
  for (const character of symbol) {
    const codePoint = character.codePointAt(0) ?? 0;
    const kind = classOf(codePoint);
    const isTag = codePoint >= 0xe0020 && codePoint <= 0xe007f;
    if (kind === characterClass.symbol || codePoint === zeroWidthJoiner || isTag)
      whole += character;
    if (kind === characterClass.symbol && !isSkinTone(codePoint)) parts.push(character);
  }
  if (whole === "") return [];
  const isFlag = isFlagLetter(symbol.codePointAt(0)) && parts.length === 2;
  return isFlag ? [whole] : [...new Set([whole, ...parts.slice(0, symbolPartsMax)])];
}
