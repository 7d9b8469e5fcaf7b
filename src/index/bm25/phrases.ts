// Finds the passages in which terms stand side by side as in a phrase.

/** The postings of a term of a phrase, with the positions, in one segment. */
export interface PhrasePostings {
  /** Words from the phrase's first. */
  readonly offset: number;
  /** That have the term, ascending. */
  readonly ordinals: Uint32Array;
  /** Visits them in order; `positions` gives rising numbers. */
  readonly forEachOccurrence: (visit: (ordinal: number, positions: () => number[]) => void) => void;
}

/**
 * Bitmap of the passages that have every phrase; undefined when there are none. A phrase without
 * terms is in no passage. O(postings of the phrases' terms, positions where all of them meet).
 */
export function phraseOrdinals(
  phrases: readonly (readonly PhrasePostings[])[],
  ordinalCount: number,
): Uint8Array | undefined {
  if (phrases.length === 0) return undefined;
  const bits = new Uint8Array((ordinalCount + 7) >>> 3).fill(0xff);
  for (const terms of phrases) {
    const found = new Uint8Array(bits.length);
    for (const ordinal of startsOf(terms, ordinalCount).keys())
      found[ordinal >>> 3]! |= 1 << (ordinal & 7);
    for (let i = 0; i < found.length; i += 1) bits[i]! &= found[i]!;
  }
  return bits;
}

/** Where the phrase begins in each passage that has it. */
function startsOf(
  terms: readonly PhrasePostings[],
  ordinalCount: number,
): Map<number, ReadonlySet<number>> {
  if (terms.some(({ ordinals }) => ordinals.length === 0)) return new Map();
  const counts = countTerms(terms, ordinalCount);
  let starts = new Map<number, ReadonlySet<number>>();
  for (const [i, { offset, forEachOccurrence }] of terms.entries()) {
    const next = new Map<number, ReadonlySet<number>>();
    forEachOccurrence((ordinal, positions) => {
      if (counts[ordinal] !== terms.length) return;
      const before = starts.get(ordinal);
      if (i > 0 && before === undefined) return;
      const here = positions()
        .map((position) => position - offset)
        .filter((start) => before === undefined || before.has(start));
      if (here.length > 0) next.set(ordinal, new Set(here));
    });
    starts = next;
  }
  return starts;
}

/**
 * How many of the terms each passage has, in their order: only passages with all of them are looked
 * at.
 */
function countTerms(terms: readonly PhrasePostings[], ordinalCount: number): Uint16Array {
  const counts = new Uint16Array(ordinalCount);
  for (const [i, { ordinals }] of terms.entries())
    for (const ordinal of ordinals) if (counts[ordinal] === i) counts[ordinal] = i + 1;
  return counts;
}
