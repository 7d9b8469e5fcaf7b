// Splits a document into passages: overlapping windows that fit the model and end at sentence ends.

import { assert } from "../core/assert.js";
import type { Span } from "../core/document.js";
import { lastSentenceEnd } from "./sentence-ends.js";
import type { AtomCounts } from "./text-tokenizer.js";
import type { Tokenizer } from "./tokenizer.js";

export interface DocumentText {
  readonly title: string;
  readonly text: string;
}

export interface Passage {
  /** Range in the document's text. */
  readonly span: Span;
  /** The text to encode: the title (truncated if very long), a space, and the text of the span. */
  readonly text: string;
}

/** Passages that start with the document's title. */
export type TitlePlaces = "every_passage" | "first_passage" | "none";

export interface SplitOptions {
  /** Largest passage in tokens, including title and special tokens. */
  readonly maxTokens: number;
  /** Tokens shared with the next passage; at most half of a passage's text. */
  readonly overlapTokens: number;
  /** Which passages of a split document start with its title. */
  readonly titles: TitlePlaces;
}

/** Smallest number of tokens for title and text that a passage must have room for. */
export const passageTokensMin = 14;
/** Largest share of a passage for its title, when the text needs the room. */
const titleShareMax = 1 / 3;
/** A window ends at a sentence end within its last quarter, if there is one. */
const sentenceShareMin = 3 / 4;
/**
 * Atoms are at most this fraction of a window, so that overlaps are possible and windows advance.
 */
const atomsPerWindowMin = 8;

/**
 * Passages in order. Their spans cover the whole text, and each has at most `maxTokens` tokens. A
 * document that fits is one passage. O(text): each part is tokenized at most three times.
 */
export function splitPassages(
  document: DocumentText,
  tokenizer: Tokenizer,
  options: SplitOptions,
): Passage[] {
  const { text } = document;
  // A document that consists of a title only is encoded as its title.
  const title = options.titles === "none" && text !== "" ? "" : document.title;
  const tokensMax = options.maxTokens - tokenizer.specialCount;
  assert(tokensMax >= passageTokensMin, "a passage has room for a title and a text");
  const whole = joinTitle(title, text);
  if (tokenizer.countTokens(whole, tokensMax) <= tokensMax) {
    return [{ span: { start: 0, end: text.length }, text: whole }];
  }
  const head = cutTitle(title, tokenizer, Math.floor(tokensMax * titleShareMax));
  const textTokensMax = tokensMax - tokenizer.countTokens(head);
  const tokensPerAtomMax = Math.max(1, Math.floor(textTokensMax / atomsPerWindowMin));
  const atoms = tokenizer.countAtoms(text, { tokensPerAtomMax });
  return splitWindows(text, atoms, {
    textTokensMax,
    overlapTokens: Math.min(options.overlapTokens, Math.floor(textTokensMax / 2)),
    fits: (span) => {
      const passage = joinTitle(head, text.slice(span.start, span.end));
      return tokenizer.countTokens(passage, tokensMax) <= tokensMax;
    },
  }).map((span, i) => {
    const isTitled = i === 0 || options.titles === "every_passage";
    return { span, text: joinTitle(isTitled ? head : "", text.slice(span.start, span.end)) };
  });
}

interface WindowOptions {
  readonly textTokensMax: number;
  readonly overlapTokens: number;
  /**
   * Whether a window fits when it is tokenized as a whole; the sum over its atoms may differ
   * slightly.
   */
  readonly fits: (span: Span) => boolean;
}

function splitWindows(text: string, atoms: AtomCounts, options: WindowOptions): Span[] {
  const spans: Span[] = [];
  for (let first = 0; ;) {
    const end = fittingEnd(text, atoms, first, options);
    spans.push(spanOf(text, atoms, { first, end }));
    if (end >= atoms.atomCount) return spans;
    first = overlapStart(atoms, { first, end }, options.overlapTokens);
  }
}

/** A window of atoms, `end` exclusive. */
interface AtomWindow {
  readonly first: number;
  readonly end: number;
}

/** End of the window that starts at `first`: the text's end, a sentence end, or any atom. */
function fittingEnd(
  text: string,
  atoms: AtomCounts,
  first: number,
  options: WindowOptions,
): number {
  let end = furthestEnd(atoms, first, options.textTokensMax);
  while (end > first + 1 && !options.fits(spanOf(text, atoms, { first, end }))) {
    end -= Math.max(1, (end - first) >> 5);
  }
  if (end >= atoms.atomCount) return end;
  const tokenCount = tokensIn(atoms, { first, end });
  const tokensMin = Math.max(tokenCount * sentenceShareMin, options.overlapTokens + 1);
  let earliest = end;
  while (earliest > first + 1 && tokensIn(atoms, { first, end: earliest - 1 }) >= tokensMin) {
    earliest -= 1;
  }
  return sentenceEnd(text, atoms, { first: earliest, end });
}

/** The last sentence boundary in the window, as an atom; the window's end when there is none. */
function sentenceEnd(text: string, atoms: AtomCounts, { first, end }: AtomWindow): number {
  const boundary = lastSentenceEnd(text, {
    start: startOf(text, atoms, first),
    end: startOf(text, atoms, end),
  });
  if (boundary === undefined) return end;
  let atom = end;
  while (atom > first && startOf(text, atoms, atom - 1) >= boundary) atom -= 1;
  return atom;
}

/** Start of the next window: as far back as the overlap allows, but after the start of this one. */
function overlapStart(atoms: AtomCounts, window: AtomWindow, overlapTokens: number): number {
  const { first, end } = window;
  let start = end;
  while (start > first + 1 && tokensIn(atoms, { first: start - 1, end }) <= overlapTokens) {
    start -= 1;
  }
  return start;
}

function furthestEnd(atoms: AtomCounts, first: number, tokensMax: number): number {
  let end = first + 1;
  while (end < atoms.atomCount && tokensIn(atoms, { first, end: end + 1 }) <= tokensMax) end += 1;
  return Math.min(end, atoms.atomCount);
}

function tokensIn(atoms: AtomCounts, { first, end }: AtomWindow): number {
  return (atoms.tokensBefore[end] ?? 0) - (atoms.tokensBefore[first] ?? 0);
}

/** Spans extend to the start of the next window, the first and last to the ends of the text. */
function spanOf(text: string, atoms: AtomCounts, { first, end }: AtomWindow): Span {
  return { start: first === 0 ? 0 : startOf(text, atoms, first), end: startOf(text, atoms, end) };
}

function startOf(text: string, atoms: AtomCounts, atom: number): number {
  return atoms.starts[atom] ?? text.length;
}

function joinTitle(title: string, text: string): string {
  if (title === "") return text;
  return text === "" ? title : `${title} ${text}`;
}

/** The leading atoms of a title that has too many tokens. */
function cutTitle(title: string, tokenizer: Tokenizer, tokensMax: number): string {
  if (tokenizer.countTokens(title, tokensMax) <= tokensMax) return title;
  const atoms = tokenizer.countAtoms(title, { tokensPerAtomMax: 1 });
  let end = furthestEnd(atoms, 0, tokensMax);
  const cut = (): string => title.slice(0, startOf(title, atoms, end)).trimEnd();
  while (end > 0 && tokenizer.countTokens(cut(), tokensMax) > tokensMax) end -= 1;
  return cut();
}
