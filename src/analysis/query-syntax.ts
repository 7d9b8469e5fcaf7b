// Parses the syntax of a query: phrases, prefixes and exclusions.

import { hasBlank, isHash, isHebrewQuote, isPlus } from "./tokens.js";
import { characterClass, classOf } from "./unicode/table.js";

/**
 * A part of a query without its syntax characters. Parts are contiguous and keep the white space
 * between them.
 */
export interface QueryPart {
  readonly kind: "words" | "phrase" | "beginning" | "excluded";
  readonly text: string;
}

/**
 * - "a phrase" in quotation marks;
 * - a prefix, followed by a star and then by no letter or digit;
 * - -word and -"a phrase", after white space or at the start: a letter follows the minus, and a word
 *   with a colon does not count.
 *
 * O(length).
 */
export function parseQuerySyntax(text: string): QueryPart[] {
  const parts: QueryPart[] = [];
  let plain = 0;
  const add = (kind: QueryPart["kind"], from: number, to: number): void => {
    if (to > from) parts.push({ kind, text: text.slice(from, to) });
  };
  for (let at = 0; at < text.length;) {
    const excluded = excludedAt(text, at);
    if (excluded !== undefined) {
      add("words", plain, at);
      add("excluded", excluded.start, excluded.end);
      plain = at = excluded.next;
    } else if (text[at] === '"' && !isHebrewQuote(text, at)) {
      const end = closingQuote(text, at + 1);
      if (end < 0) {
        at += 1;
        continue;
      }
      add("words", plain, at);
      add("phrase", at + 1, end);
      plain = at = end + 1;
    } else if (text[at] === "*" && at > plain && isBeginning(text, at)) {
      const start = Math.max(plain, lastBlank(text, at) + 1);
      add("words", plain, start);
      add("beginning", start, at);
      plain = at = at + 1;
    } else at += 1;
  }
  add("words", plain, text.length);
  return parts;
}

interface Excluded {
  readonly start: number;
  readonly end: number;
  /** Offset after the part. */
  readonly next: number;
}

function excludedAt(text: string, at: number): Excluded | undefined {
  if (text[at] !== "-" || (at > 0 && !isBlank(text, at - 1))) return undefined;
  if (text[at + 1] === '"') {
    const end = closingQuote(text, at + 2);
    return end < 0 ? undefined : { start: at + 2, end, next: end + 1 };
  }
  if (!isLetterAt(text, at + 1)) return undefined;
  let end = at + 1;
  while (end < text.length && !isBlank(text, end) && text[end] !== '"') {
    if (text[end] === ":") return undefined;
    end += 1;
  }
  return { start: at + 1, end, next: end };
}

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1))
    if (!isHebrewQuote(text, at)) return at;
  return -1;
}

function isBlank(text: string, at: number): boolean {
  return hasBlank(text.charAt(at));
}

function lastBlank(text: string, at: number): number {
  let place = at - 1;
  while (place >= 0 && !isBlank(text, place)) place -= 1;
  return place;
}

/** True when a word character precedes the star and none follows it. */
function isBeginning(text: string, at: number): boolean {
  let end = at;
  while (end > 0 && classOf(text.charCodeAt(end - 1)) === characterClass.format) end -= 1;
  const isPair = (text.codePointAt(end - 2) ?? 0) > 0xffff;
  const before = text.codePointAt(end - (isPair ? 2 : 1)) ?? 0;
  const kind = classOf(before);
  const isWord = isWordKind(kind) || isMark(kind);
  return (isWord || isPlus(before) || isHash(before)) && !isWordAt(text, at + 1);
}

function isLetterAt(text: string, at: number): boolean {
  const kind = classOf(text.codePointAt(at) ?? 0);
  return kind !== characterClass.digit && isWordKind(kind);
}

function isWordAt(text: string, at: number): boolean {
  return isWordKind(classOf(text.codePointAt(at) ?? 0));
}

function isMark(kind: number): boolean {
  return kind === characterClass.mark;
}

function isWordKind(kind: number): boolean {
  return kind >= characterClass.letter && kind <= characterClass.leadingVowel && !isMark(kind);
}
