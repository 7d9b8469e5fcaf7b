// Query words of runs without spaces and of symbols.

import type { QueryWord, WordPrefix } from "./query-words.js";
import { addUpTerms } from "./query-terms.js";
import { forEachRunCharacter, termsOfSymbol } from "./runs.js";
import type { TokenKind } from "./tokens.js";

interface Place {
  readonly start: number;
  readonly end: number;
  readonly position: number;
}

/**
 * Terms of a run: its pairs of adjacent characters, or its only character. In Japanese also each
 * single ideograph among kana, since it is a word or its stem. `width` is the number of characters.
 */
export function queryWordOfRun(
  text: string,
  { kind, start, end, position }: Place & { readonly kind: TokenKind },
): { readonly word: QueryWord; readonly width: number } {
  const { characters, pairs, width } = pairsOf(text, { kind, start, end });
  const alone = width < 2 ? [] : characters.filter((_, i) => isAloneHan(characters, i));
  const terms = addUpTerms([...pairs, ...alone].map((term) => ({ term, frequency: 1 })));
  const word: QueryWord = {
    start,
    end,
    terms,
    stopTerms: [],
    phrase: pairs.map((term, i) => ({ term, offset: position + i })),
    otherwise: [],
    misspelling: undefined,
    quorum: kind === "clusters" && terms.length > 1 ? quorumOf(terms.length) : undefined,
  };
  return { word, width };
}

/** The run as a prefix, since its last pair may be incomplete. */
export function prefixOfRun(
  text: string,
  run: { readonly kind: TokenKind; readonly start: number; readonly end: number },
): WordPrefix {
  const { pairs, width } = pairsOf(text, run);
  // A single character may be a word, so it counts as a prefix of sufficient length.
  return { terms: pairs.slice(0, -1), prefix: pairs.at(-1) ?? "", letterCount: Math.max(2, width) };
}

function isAloneHan(characters: readonly string[], place: number): boolean {
  return isHan(characters[place]) && !isHan(characters[place - 1]) && !isHan(characters[place + 1]);
}

function isHan(character: string | undefined): boolean {
  const codePoint = character?.codePointAt(0) ?? 0;
  return (
    codePoint === 0x3005 ||
    (codePoint >= 0x3400 && codePoint <= 0x9fff) ||
    (codePoint >= 0xf900 && codePoint <= 0xfaff) ||
    codePoint >= 0x20000
  );
}

interface RunPairs {
  readonly characters: readonly string[];
  /** Pairs of adjacent characters, or the only character of a run. */
  readonly pairs: readonly string[];
  readonly width: number;
}

function pairsOf(
  text: string,
  run: { readonly kind: TokenKind; readonly start: number; readonly end: number },
): RunPairs {
  const characters: string[] = [];
  forEachRunCharacter(text, run, ({ text: one }) => characters.push(one));
  const width = characters.length;
  const pairs = characters.slice(1).map((next, i) => (characters[i] ?? "") + next);
  return { characters, pairs: width < 2 ? characters : pairs, width };
}

/**
 * How many of the `pairCount` distinct syllable pairs of a run a passage must contain: all of up to
 * 3, three fifths of up to 6, and one fifth of more, since a longer run has several words; rounded
 * up. A single pair of several is too weak, since it occurs in unrelated words.
 */
export function quorumOf(pairCount: number): number {
  if (pairCount <= 3) return pairCount;
  return pairCount <= 6 ? Math.ceil(0.6 * pairCount) : Math.max(2, Math.ceil(pairCount / 5));
}

export function queryWordOfSymbol(symbol: string, { start, end, position }: Place): QueryWord {
  const terms = termsOfSymbol(symbol);
  return {
    start,
    end,
    terms: terms.map((term, i) => ({ term, frequency: i === 0 ? 1 : 0.5 })),
    stopTerms: [],
    phrase: terms.slice(0, 1).map((term) => ({ term, offset: position - 1 })),
    otherwise: [],
    misspelling: undefined,
    quorum: undefined,
  };
}
