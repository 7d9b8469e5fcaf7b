// Character classes and folding of the version 2 analyzers. The table is part of Sluice, so it does
// not depend on the Unicode version of Node.js.

import { classRuns, foldings } from "../../gen/unicode/characters.js";

export const characterClass = {
  separator: 0,
  /** Lower case, or of a script without case. */
  letter: 1,
  upper: 2,
  digit: 3,
  /** Extends the preceding token and never starts one. */
  mark: 4,
  /** Han, kana, Hangul and the like: one character or syllable each, written without spaces. */
  ideograph: 5,
  /** Of a script without spaces that spells a syllable with several characters. */
  cluster: 6,
  /** The same, for vowels written before their consonant. */
  leadingVowel: 7,
  /** Emoji, signs of currencies, arrows, stars: a term each. */
  symbol: 8,
  /** Invisible; ignored inside words. */
  format: 9,
} as const;

const classOfLetter: Readonly<Record<string, number>> = {
  "-": characterClass.separator,
  L: characterClass.letter,
  U: characterClass.upper,
  N: characterClass.digit,
  M: characterClass.mark,
  I: characterClass.ideograph,
  C: characterClass.cluster,
  P: characterClass.leadingVowel,
  S: characterClass.symbol,
  F: characterClass.format,
};

/** Size of the table in code points; higher code points are classified by plane. */
const tableEnd = 0x20000;

let classes: Uint8Array | undefined;
let folded: Map<number, string> | undefined;

/** Class of a code point; an unpaired surrogate is a separator. */
export function classOf(codePoint: number): number {
  classes ??= readClasses();
  if (codePoint < tableEnd) return classes[codePoint] ?? characterClass.separator;
  // Planes 2 and 3 are reserved for ideographs, including unassigned ones.
  if (codePoint < 0x3fffe) return characterClass.ideograph;
  const isSelector = codePoint >= 0xe0000 && codePoint <= 0xe0fff;
  return isSelector ? characterClass.format : characterClass.separator;
}

/** Folded form of a code point: no character, one or a few. */
export function foldCodePoint(codePoint: number): string {
  folded ??= readFoldings();
  const known = folded.get(codePoint);
  if (known !== undefined) return known;
  if (codePoint >= 0xac00 && codePoint <= 0xd7a3) return foldSyllable(codePoint - 0xac00);
  return String.fromCodePoint(codePoint);
}

function readClasses(): Uint8Array {
  const table = new Uint8Array(tableEnd);
  let at = 0;
  for (const run of classRuns.trim().split(" ")) {
    const length = parseInt(run.slice(0, -1), 36);
    table.fill(classOfLetter[run.slice(-1)] ?? characterClass.separator, at, at + length);
    at += length;
  }
  // Tatweel, and the Hebrew signs of abbreviations and numbers.
  for (const nothing of [0x0640, 0x05f3, 0x05f4]) table[nothing] = characterClass.format;
  // Letters by their category, though they voice the kana before them.
  for (const soundMark of [0xff9e, 0xff9f]) table[soundMark] = characterClass.mark;
  return table;
}

function readFoldings(): Map<number, string> {
  const table = new Map<number, string>();
  let codePoint = 0;
  for (const entry of foldings.trim().split(" ")) {
    const [step = "", points = ""] = entry.split(":");
    codePoint += parseInt(step, 36);
    const text = points === "" ? [] : points.split(".").map((point) => parseInt(point, 36));
    table.set(codePoint, text.map(foldFurther).join(""));
  }
  for (const [from, to] of dropped)
    for (let mark = from; mark <= to; mark += 1) table.set(mark, "");
  for (const [letters, plain] of sameLetters)
    for (const letter of letters) table.set(letter.codePointAt(0) ?? 0, plain);
  return table;
}

function foldFurther(codePoint: number): string {
  if (dropped.some(([from, to]) => codePoint >= from && codePoint <= to)) return "";
  const letter = String.fromCodePoint(codePoint);
  return sameLetters.find(([letters]) => letters.includes(letter))?.[1] ?? letter;
}

/**
 * Diacritics of alphabets, Hebrew points, Arabic vowel signs, hamza and madda above and below their
 * carriers, Syriac points, the Devanagari nukta, letters that are apostrophes. Marks that spell stay.
 */
const dropped: readonly (readonly [from: number, to: number])[] = [
  ...([
    [0x0300, 0x036f],
    [0x1ab0, 0x1aff],
    [0x1dc0, 0x1dff],
    [0x20d0, 0x20ff],
    [0xfe20, 0xfe2f],
    [0x0591, 0x05bd],
    [0x05bf, 0x05bf],
    [0x05c1, 0x05c2],
    [0x05c4, 0x05c5],
    [0x05c7, 0x05c7],
    [0x0610, 0x061a],
    [0x064b, 0x065f],
    [0x0670, 0x0670],
    [0x06d6, 0x06dc],
    [0x06df, 0x06e4],
    [0x06e7, 0x06e8],
    [0x06ea, 0x06ed],
    [0x0730, 0x074a],
    [0x093c, 0x093c],
    [0x02bb, 0x02bc],
  ] as const),
];

/** Letters without a decomposition that are used interchangeably. */
const sameLetters: readonly (readonly [letters: string, plain: string])[] = [
  ["ß", "ss"],
  ["æ", "ae"],
  ["œ", "oe"],
  ["ø", "o"],
  ["đð", "d"],
  ["ħ", "h"],
  ["ı", "i"],
  ["ł", "l"],
  ["ŋ", "n"],
  ["ŧ", "t"],
  ["þ", "th"],
  ["ς", "σ"],
  ["ґ", "г"],
  ["\u2019\uff07", "'"],
  // Alef wasla; alef maksura and the yehs of Persian and Urdu; keheh; tah marbuta and the hehs.
  ["\u0671", "\u0627"],
  ["\u0649\u06cc\u06d2", "\u064a"],
  ["\u06a9", "\u0643"],
  ["\u0629\u06be\u06c1\u06c3\u06d5", "\u0647"],
];

/** Jamo of a Hangul syllable, so that an incomplete syllable is a prefix of the complete one. */
function foldSyllable(index: number): string {
  const tail = index % 28;
  const vowel = Math.floor(index / 28) % 21;
  const lead = Math.floor(index / (28 * 21));
  const letters = String.fromCharCode(0x1100 + lead, 0x1161 + vowel);
  return tail === 0 ? letters : letters + String.fromCharCode(0x11a7 + tail);
}
