// Token ids of plain text, without special tokens: per atom with a cache for BERT vocabularies, or
// of the whole text through the library for all others.

import { assert } from "../core/assert.js";
import type { Span } from "../core/document.js";
import type { LibraryTokenizer } from "./library-tokenizer.js";
import { walkAtoms, walkSpacedWords, wholeCharacterEnd } from "./text-atoms.js";
import type { AtomVisitor } from "./text-atoms.js";
import { createWordPieces } from "./word-pieces.js";

/** Token counts along a text, by atom. */
export interface AtomCounts {
  readonly atomCount: number;
  /** Start of each atom, UTF-16 units, ascending; `[atomCount]`. */
  readonly starts: Uint32Array;
  /** Tokens before each atom, and the total; `[atomCount + 1]`. */
  readonly tokensBefore: Uint32Array;
}

export interface TextTokenizer {
  /** The first `countMax` ids. */
  ids(text: string, countMax: number): number[];
  /** Number of tokens; stops counting above `countMax`. */
  count(text: string, countMax: number): number;
  /** Atoms of more than `tokensPerAtomMax` tokens are halved until they fit. */
  countAtoms(text: string, tokensPerAtomMax: number): AtomCounts;
  trace(text: string, countMax: number): TracedId[];
}

export interface TracedId {
  readonly id: number;
  readonly span: Span | undefined;
}

/** Longest atom that is cached, UTF-16 units; longer ones are too rare. */
const cachedAtomUnitsMax = 32;
/** Atoms in each of the cache's two generations: about 5 MB per tokenizer. */
const cachedAtomsMax = 16_384;

/** For BERT. Normalizer and pre-tokenizer are the library's; the longest-match search is not. */
export function createAtomTokenizer(library: LibraryTokenizer): TextTokenizer {
  const pieces = createWordPieces(library);
  const idsOfAtom = cached((atom) => pieces.ids(atom));
  return {
    ids(text, countMax) {
      const ids: number[] = [];
      walkAtoms(text, (start, end) => {
        if (ids.length < countMax) ids.push(...idsOfAtom(text.slice(start, end)));
        return ids.length < countMax;
      });
      if (ids.length > countMax) ids.length = countMax;
      return ids;
    },
    count(text, countMax) {
      let count = 0;
      walkAtoms(text, (start, end) => {
        count += idsOfAtom(text.slice(start, end)).length;
        return count <= countMax;
      });
      return count;
    },
    countAtoms(text, tokensPerAtomMax) {
      const countOf = (atom: string): number => idsOfAtom(atom).length;
      return countAlong(text, { walk: walkAtoms, countOf, tokensPerAtomMax });
    },
    trace(text, countMax) {
      const traced: TracedId[] = [];
      walkAtoms(text, (start, end) => {
        for (const { id, span } of pieces.trace(text.slice(start, end))) {
          traced.push({ id, span: { start: start + span.start, end: start + span.end } });
        }
        return traced.length < countMax;
      });
      return traced.slice(0, countMax);
    },
  };
}

/** For byte-pair and unigram vocabularies, whose tokens may contain white space. */
export function createWholeTokenizer(library: LibraryTokenizer): TextTokenizer {
  const idsOf = (text: string): number[] => {
    const { ids } = library.encode(text, { add_special_tokens: false });
    assert(ids.every(Number.isInteger), "each token has an id");
    return ids;
  };
  const countOf = cached(idsOf);
  const firstIds = (text: string, countMax: number): number[] => {
    // Tokenizes a growing prefix until it has enough tokens, so that 10 MB of text are not
    // tokenized for a query of 64 tokens. The last tokens of a prefix may depend on the text after
    // it.
    for (let units = 16 * countMax + 256; ; units *= 4) {
      const end = wholeCharacterEnd(text, Math.min(units, text.length));
      const ids = idsOf(text.slice(0, end));
      if (end === text.length || ids.length > countMax + 16) return ids.slice(0, countMax);
    }
  };
  return {
    ids: firstIds,
    count(text, countMax) {
      return countMax === Infinity ? idsOf(text).length : firstIds(text, countMax + 1).length;
    },
    countAtoms(text, tokensPerAtomMax) {
      return countAlong(text, {
        walk: walkSpacedWords,
        countOf: (word) => countOf(word).length,
        tokensPerAtomMax,
      });
    },
    trace(text, countMax) {
      return traceWords(text, firstIds(text, countMax), idsOf);
    },
  };
}

interface CountingOptions {
  readonly walk: (text: string, visit: AtomVisitor) => void;
  readonly countOf: (atom: string) => number;
  readonly tokensPerAtomMax: number;
}

function countAlong(text: string, options: CountingOptions): AtomCounts {
  const starts = new Uint32Array(text.length);
  const tokensBefore = new Uint32Array(text.length + 1);
  let atomCount = 0;
  let tokenCount = 0;
  const add = (start: number, end: number): void => {
    const count = options.countOf(text.slice(start, end));
    const middle = wholeCharacterEnd(text, start + ((end - start) >> 1));
    if (count > options.tokensPerAtomMax && middle > start) {
      add(start, middle);
      add(middle, end);
      return;
    }
    starts[atomCount] = start;
    tokensBefore[atomCount] = tokenCount;
    atomCount += 1;
    tokenCount += count;
  };
  options.walk(text, (start, end) => {
    add(start, end);
    return true;
  });
  tokensBefore[atomCount] = tokenCount;
  return {
    atomCount,
    starts: starts.slice(0, atomCount),
    tokensBefore: tokensBefore.slice(0, atomCount + 1),
  };
}

/**
 * Assigns each id the range of its word, provided that the words' ids equal those of the whole
 * text.
 */
function traceWords(
  text: string,
  ids: readonly number[],
  idsOf: (text: string) => readonly number[],
): TracedId[] {
  const traced: TracedId[] = [];
  walkSpacedWords(text, (start, end) => {
    const word = text.slice(start, end);
    const wordIds = idsOf(word);
    const isSame = wordIds.every((id, i) => (ids[traced.length + i] ?? id) === id);
    if (!isSame) return false;
    const span = { start: start + word.length - word.trimStart().length, end };
    for (const id of wordIds) traced.push({ id, span });
    return traced.length < ids.length;
  });
  return ids.map((id, i) => ({ id, span: traced[i]?.span }));
}

/**
 * Caches results for short strings in two generations; the older one is dropped when it is full.
 */
function cached(compute: (atom: string) => readonly number[]): (atom: string) => readonly number[] {
  let young = new Map<string, readonly number[]>();
  let old = new Map<string, readonly number[]>();
  return (atom) => {
    if (atom.length > cachedAtomUnitsMax) return compute(atom);
    const known = young.get(atom);
    if (known !== undefined) return known;
    const ids = old.get(atom) ?? compute(atom);
    if (young.size >= cachedAtomsMax) {
      old = young;
      young = new Map();
    }
    young.set(ownCopy(atom), ids);
    return ids;
  };
}

/**
 * An independent copy. V8 represents slices of 13 or more units as views, so a word in the cache
 * would keep its whole document alive. UTF-16 preserves lone surrogates.
 */
function ownCopy(atom: string): string {
  return atom.length < 13 ? atom : Buffer.from(atom, "utf16le").toString("utf16le");
}
