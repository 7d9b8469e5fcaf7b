// Splits text into atoms: pieces that a BERT pre-tokenizer never joins, so that a text's tokens are
// the concatenation of those of its atoms.

import { characterStart } from "../core/character-start.js";

/**
 * Longest atom, UTF-16 units. Longer words are single unknown tokens anyway (over 100 characters).
 */
const atomUnitsMax = 256;

const other = 0;
const space = 1;
const isolated = 2;

let classTable: Uint8Array | undefined;

/** Called with an atom's range in UTF-16 units; returning false ends the walk. */
export type AtomVisitor = (start: number, end: number) => boolean;

/**
 * Visits the atoms of `text`: single punctuation marks, single CJK characters, and runs of other
 * non-space characters of at most 256 units. Longer runs, which no language has, are cut anywhere
 * except inside a surrogate pair. O(text) without allocation.
 */
export function walkAtoms(text: string, visit: AtomVisitor): void {
  classTable ??= createClassTable();
  const table = classTable;
  const unitCount = text.length;
  let start = 0;
  while (start < unitCount) {
    const kind = table[text.charCodeAt(start)];
    let end = start + 1;
    if (kind === other) {
      const endMax = Math.min(unitCount, start + atomUnitsMax);
      while (end < endMax && table[text.charCodeAt(end)] === other) end += 1;
      end = wholeCharacterEnd(text, end);
    }
    if (kind !== space && !visit(start, end)) return;
    start = end;
  }
}

/**
 * Visits words with their preceding white space, for tokenizers that keep white space. Runs without
 * white space are cut at 64 units.
 */
export function walkSpacedWords(text: string, visit: AtomVisitor): void {
  classTable ??= createClassTable();
  const table = classTable;
  const unitCount = text.length;
  let start = 0;
  while (start < unitCount) {
    let end = start;
    const spaceEndMax = start + atomUnitsMax;
    while (end < unitCount && end < spaceEndMax && table[text.charCodeAt(end)] === space) end += 1;
    const endMax = Math.min(unitCount, end + 64);
    while (end < endMax && table[text.charCodeAt(end)] !== space) end += 1;
    end = wholeCharacterEnd(text, end);
    if (!visit(start, end)) return;
    start = end;
  }
}

/** `end`, or one less when it would split a surrogate pair. */
export function wholeCharacterEnd(text: string, end: number): number {
  return end < 2 ? end : characterStart(text, end);
}

/**
 * The class of every UTF-16 unit. Surrogates are `other`, since no astral character is isolated.
 */
function createClassTable(): Uint8Array {
  const table = new Uint8Array(0x10000);
  // What BERT's normalizer maps to a space; it removes other control characters.
  const spaceClass = /[\t\n\r\p{Z}]/u;
  const isolatedClass = /[\p{P}!-/:-@[-`{-~]/u;
  for (let unit = 0; unit < table.length; unit += 1) {
    const character = String.fromCharCode(unit);
    if (spaceClass.test(character)) table[unit] = space;
    else if (isolatedClass.test(character) || isCjk(unit)) table[unit] = isolated;
  }
  return table;
}

/** BERT's definition of CJK ideographs, within the basic multilingual plane. */
function isCjk(unit: number): boolean {
  return (
    (unit >= 0x4e00 && unit <= 0x9fff) ||
    (unit >= 0x3400 && unit <= 0x4dbf) ||
    (unit >= 0xf900 && unit <= 0xfaff)
  );
}
