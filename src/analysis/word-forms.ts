// The forms under which a word is indexed: the word, its pieces and other spellings.

import { isApostrophe, isHebrewQuote, isAlphanumeric, joins, signsAt, widthOf } from "./tokens.js";
import { fold } from "./unicode/fold.js";
import { characterClass, classOf } from "./unicode/table.js";

export interface WordForm {
  /** The written form without joiners; input of the stemmer. */
  readonly text: string;
  /** A name or code, which is never stemmed. */
  readonly isName: boolean;
  /** - `main`: the pieces, which together are the word; what a phrase is made of.
   *  - `whole`: the word written without or with what joins its pieces.
   *  - `part`: of a piece: the words of a camelCase name, letters and digits, what is around an
   *    apostrophe. */
  readonly kind: "main" | "whole" | "part";
  /** Offset among the word's positions. */
  readonly offset: number;
  /** Offset in the word, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/** Longer pieces are not split into parts. */
const piecePartsLengthMax = 64;
const partsMax = 8;

/**
 * Forms of a `word` token of forEachToken, in ascending offset, those of the whole word first. One
 * to a few dozen forms. O(length).
 */
export function formsOfWord(word: string): WordForm[] {
  const pieces = piecesOf(word);
  const whole = wholeForms(word, pieces);
  return [...whole, ...pieces.flatMap((piece, offset) => pieceForms(word, piece, offset))];
}

interface Piece {
  readonly start: number;
  readonly end: number;
  /** Length of the trailing "+" and "#" signs. */
  readonly signs: number;
}

function piecesOf(word: string): Piece[] {
  const pieces: Piece[] = [];
  let start = word.startsWith(".") || word.startsWith("\uff0e") ? 1 : 0;
  let end = start;
  while (end < word.length) {
    const isInside = isApostrophe(word.charCodeAt(end)) || isHebrewQuote(word, end);
    const kind = classOf(word.codePointAt(end) ?? 0);
    const isPiece =
      isAlphanumeric(kind) ||
      kind === characterClass.mark ||
      kind === characterClass.format ||
      (isInside && joins(word, end));
    if (isPiece) {
      end += widthOf(word.codePointAt(end) ?? 0);
      continue;
    }
    const signs = joins(word, end) ? 0 : signsAt(word, end);
    pieces.push({ start, end, signs });
    start = end + Math.max(1, signs);
    end = start;
  }
  if (end > start) pieces.push({ start, end, signs: 0 });
  return pieces;
}

/** The joined word beside its pieces: email for e-mail, 3.11.2, .net; for U.S.A. also usa. */
function wholeForms(word: string, pieces: readonly Piece[]): WordForm[] {
  const hasDot = pieces[0]?.start === 1;
  if (pieces.length < 2 && !hasDot) return [];
  let text = "";
  let bare = "";
  for (const [i, { start, end, signs }] of pieces.entries()) {
    const piece = word.slice(start, end + signs);
    const joint = i + 1 < pieces.length ? word.charAt(end).replace("\uff0e", ".") : "";
    text += /[.@&]/.test(joint) ? piece + joint : piece;
    bare += piece;
  }
  const place = { kind: "whole", offset: 0, start: 0, end: word.length } as const;
  const found: WordForm[] = [];
  if (hasDot) found.push({ text: `.${text}`, isName: true, ...place });
  if (pieces.length > 1) found.push({ text, isName: text !== bare, ...place });
  const isAcronym = pieces.length > 2 && pieces.every(({ start, end }) => end - start === 1);
  if (isAcronym) found.push({ text: bare, isName: true, ...place });
  return found;
}

function pieceForms(word: string, { start, end, signs }: Piece, offset: number): WordForm[] {
  const text = word.slice(start, end);
  const form = (from: number, to: number): Pick<WordForm, "offset" | "start" | "end"> => ({
    offset,
    start: start + from,
    end: start + to,
  });
  const plain: WordForm = { text, isName: false, kind: "main", ...form(0, end - start) };
  if (signs > 0) {
    const name = word.slice(start, end + signs).replace(/[\uff0b]/g, "+");
    const named: WordForm = {
      text: name.replace(/[\uff03\u266f]/g, "#"),
      isName: true,
      kind: "main",
      ...form(0, end + signs - start),
    };
    // For one or two letters the sign makes a different name (C, C++); longer names also match
    // without it.
    return text.length <= 2 && !/\d/.test(text) ? [named] : [named, { ...plain, kind: "part" }];
  }
  if (text.length < 2 || text.length > piecePartsLengthMax) return [plain];
  const inside = apostropheAt(text);
  if (inside >= 0) return [plain, ...elided(text, inside, form)];
  return [plain, ...parts(text, form)];
}

type Placed = (from: number, to: number) => Pick<WordForm, "offset" | "start" | "end">;

function apostropheAt(text: string): number {
  for (let at = 1; at < text.length; at += 1) if (isApostrophe(text.charCodeAt(at))) return at;
  return -1;
}

/** English suffixes after an apostrophe that are not words. */
const contractions: ReadonlySet<string> = new Set(["t", "d", "m", "re", "ve", "ll"]);

/** O'Neil: oneil, o, neil; l'avion: avion, too; don't: dont; Ann's: ann. */
function elided(text: string, inside: number, form: Placed): WordForm[] {
  const before = text.slice(0, inside);
  const after = text.slice(inside + 1);
  const common = { isName: false, kind: "part" } as const;
  const first = { text: before, ...common, ...form(0, inside) };
  const ending = fold(after);
  if (ending === "s") return [first];
  const joined: WordForm = {
    text: text.replace(/['\u2019\uff07]/g, ""),
    ...common,
    kind: "whole",
    ...form(0, text.length),
  };
  if (contractions.has(ending)) return [joined];
  return [joined, first, { text: after, ...common, ...form(inside + 1, text.length) }];
}

/** Where letters and digits meet, and in front of capital letters: iPhone15, readFileSync, HTTPServer. */
function parts(text: string, form: Placed): WordForm[] {
  const groups = cutAt(text, (before, here) => isDigit(before) !== isDigit(here));
  const found = groups.length > 1 ? groups : [];
  const words = groups.flatMap(({ start, end }) =>
    cutAt(text.slice(start, end), startsWord).map((part) => ({
      start: start + part.start,
      end: start + part.end,
    })),
  );
  if (words.length > groups.length) found.push(...words);
  if (groups.length > partsMax || words.length > partsMax) return [];
  return found.map(({ start, end }) => ({
    text: text.slice(start, end),
    isName: false,
    kind: "part",
    ...form(start, end),
  }));
}

interface Range {
  readonly start: number;
  readonly end: number;
}

type IsCut = (before: number, here: number, next: number) => boolean;

/**
 * Splits between characters where `isCut` accepts their classes. Marks stay with the preceding
 * character.
 */
function cutAt(text: string, isCut: IsCut): Range[] {
  const found: Range[] = [];
  const places: number[] = [];
  const kinds: number[] = [];
  for (let at = 0; at < text.length;) {
    const codePoint = text.codePointAt(at) ?? 0;
    const kind = classOf(codePoint);
    if (isAlphanumeric(kind)) {
      places.push(at);
      kinds.push(kind);
    }
    at += widthOf(codePoint);
  }
  let start = 0;
  for (let i = 1; i < kinds.length; i += 1) {
    if (!isCut(kinds[i - 1] ?? 0, kinds[i] ?? 0, kinds[i + 1] ?? 0)) continue;
    const end = places[i] ?? text.length;
    found.push({ start, end });
    start = end;
  }
  found.push({ start, end: text.length });
  return found;
}

function isDigit(kind: number): boolean {
  return kind === characterClass.digit;
}

/**
 * Before a capital after a small letter, and before the last of several capitals: read|File,
 * HTTP|Server.
 */
function startsWord(before: number, here: number, next: number): boolean {
  if (here !== characterClass.upper) return false;
  return (
    before === characterClass.letter ||
    (before === characterClass.upper && next === characterClass.letter)
  );
}
