// Character classes and folding of the version 1 analyzers.

/** Classes of UTF-16 code units. */
export const codeUnitClass = {
  separator: 0,
  word: 1,
  /** Han, kana and Hangul: written without spaces, so indexed as pairs of neighbors. */
  ideograph: 2,
  /** Combining mark; extends a word and never starts one. */
  mark: 3,
  /** Half of a surrogate pair; the class is that of the whole code point. */
  surrogate: 4,
  /** Joins two letters: don't, O'Neil. */
  apostrophe: 5,
} as const;

const letterOrDigit = /^[\p{L}\p{N}]$/u;
const combining = /^\p{M}$/u;
const unspaced = /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]$/u;

let table: Uint8Array | undefined;

/** Class of every code unit, 64 KiB, computed at the first call (some milliseconds). */
export function characterClasses(): Uint8Array {
  table ??= buildTable();
  return table;
}

/** Class of a code point above U+FFFF. */
export function classOfCodePoint(codePoint: number): number {
  return classOf(String.fromCodePoint(codePoint));
}

function buildTable(): Uint8Array {
  const classes = new Uint8Array(65536);
  for (let unit = 0; unit < 65536; unit += 1) classes[unit] = classOf(String.fromCharCode(unit));
  classes.fill(codeUnitClass.surrogate, 0xd800, 0xe000);
  for (const apostrophe of "'\u2019\uff07") {
    classes[apostrophe.charCodeAt(0)] = codeUnitClass.apostrophe;
  }
  return classes;
}

function classOf(character: string): number {
  if (letterOrDigit.test(character)) {
    return unspaced.test(character) ? codeUnitClass.ideograph : codeUnitClass.word;
  }
  return combining.test(character) ? codeUnitClass.mark : codeUnitClass.separator;
}

/**
 * Diacritics of alphabets, Hebrew points, Arabic vowel signs. Marks that spell (Indic, kana) stay.
 */
const diacriticRanges = [
  ...["0300-036f", "1ab0-1aff", "1dc0-1dff", "20d0-20ff", "fe20-fe2f"],
  ...["0591-05bd", "05bf-05bf", "05c1-05c2", "05c4-05c5", "05c7-05c7"],
  ...["064b-0652", "0670-0670"],
];
const diacritics = new RegExp(
  `[${diacriticRanges.map((range) => `\\u${range.replace("-", "-\\u")}`).join("")}]`,
  "g",
);

/** Letters that have no decomposition but are typed without their stroke or as two letters. */
const spelledOut: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ħ: "h",
  ı: "i",
  ł: "l",
  ŧ: "t",
  þ: "th",
  ς: "σ",
  "\u2019": "'",
};
const spelledOutPattern = new RegExp(`[${Object.keys(spelledOut).join("")}]`, "g");

/**
 * Lower case, compatibility forms resolved (ﬁ, full width), diacritics dropped. The result may
 * contain separators (½ becomes 1, a slash, 2). O(length).
 */
export function foldCharacters(word: string): string {
  return word
    .normalize("NFKD")
    .toLowerCase()
    .replace(diacritics, "")
    .replace(spelledOutPattern, (letter) => spelledOut[letter] ?? letter)
    .normalize("NFKC");
}
