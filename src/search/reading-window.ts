// The text of a window of a passage's tokens.

import { characterStart } from "../core/character-start.js";

/** A window of a passage that has `total` tokens. */
export interface TokenWindow {
  readonly start: number;
  readonly tokenCount: number;
  readonly total: number;
}

/** A word is not looked for any further: some scripts have no spaces. */
const wordLengthMax = 32;

/**
 * The passage's text, title first, as far as it belongs to the window. Tokens are taken to have
 * about as many characters each, and words at both ends are kept whole. Text whose window starts
 * beyond the title begins with the title, which says what it is about.
 */
export function windowText(title: string, text: string, window?: TokenWindow): string {
  const whole = `${title} ${text}`.trim();
  if (window === undefined || window.total <= window.tokenCount) return whole;
  const { start, tokenCount, total } = window;
  const from = wordStart(whole, Math.floor((whole.length * start) / total));
  const to = wordEnd(whole, Math.ceil((whole.length * (start + tokenCount)) / total));
  const part = whole.slice(from, to).trim();
  return from > title.length ? `${title} ${part}`.trim() : whole.slice(0, to).trim();
}

function wordStart(text: string, at: number): number {
  for (let from = at; from > Math.max(0, at - wordLengthMax); from -= 1)
    if (isSpace(text, from) || isSpace(text, from - 1)) return from;
  return at <= wordLengthMax ? 0 : characterStart(text, at);
}

function wordEnd(text: string, at: number): number {
  for (let to = at; to < Math.min(text.length, at + wordLengthMax); to += 1)
    if (isSpace(text, to) || isSpace(text, to - 1)) return to;
  return text.length - at <= wordLengthMax ? text.length : characterStart(text, at);
}

function isSpace(text: string, at: number): boolean {
  return /\s/u.test(text.charAt(at));
}
