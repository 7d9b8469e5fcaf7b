// Splits a document into passages: overlapping windows that fit the model, cut at sentence ends.

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
  /** Place in the document's text. */
  readonly span: Span;
  /** What is encoded: the title (cut if very long), a space, and the text of the span. */
  readonly text: string;
}

/** Where a document's title is repeated. */
export type TitlePlaces = "every_passage" | "first_passage" | "none";

export interface SplitOptions {
  /** Tokens of a passage at most, title and specials included. */
  readonly maxTokens: number;
  /** Tokens that a passage has in common with the next, at most half of its text. */
  readonly overlapTokens: number;
  /** Which passages of a document that is cut begin with its title. */
  readonly titles: TitlePlaces;
}

/** Fewest tokens of title and text that a passage must have room for. */
export const passageTokensMin = 14;
/** Share of a passage that its title may take, when the text needs the room. */
const titleShareMax = 1 / 3;
/** A window is cut at a sentence end in its last quarter, if there is one. */
const sentenceShareMin = 3 / 4;
/** Atoms are at most this part of a window, so that overlap can be chosen and windows advance. */
const atomsPerWindowMin = 8;

/**
 * Passages in order; their spans cover the whole text, and each has at most `maxTokens` tokens. A
 * document that fits is one passage. Linear in the text: each part is counted at most three times.
 */
export function splitPassages(
  document: DocumentText,
  tokenizer: Tokenizer,
  options: SplitOptions,
): Passage[] {
  const { text } = document;
  // A document of nothing but a title is that title.
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
  /** Whether a window fits as it will be encoded: counts of atoms may differ a little. */
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

/** The atom that ends the window from `first` on: the text's end, a sentence's, or any. */
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

/** The last atom in the window before which a sentence ends; its end when there is none. */
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

/** Where the next window begins: as far back as the overlap allows, but further than this one. */
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

/** Windows reach to the next window's text, and the first and last to the text's ends. */
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

/** The first atoms of a title that has too many tokens. */
function cutTitle(title: string, tokenizer: Tokenizer, tokensMax: number): string {
  if (tokenizer.countTokens(title, tokensMax) <= tokensMax) return title;
  const atoms = tokenizer.countAtoms(title, { tokensPerAtomMax: 1 });
  let end = furthestEnd(atoms, 0, tokensMax);
  const cut = (): string => title.slice(0, startOf(title, atoms, end)).trimEnd();
  while (end > 0 && tokenizer.countTokens(cut(), tokensMax) > tokensMax) end -= 1;
  return cut();
}
