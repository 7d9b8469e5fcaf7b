// Finds the rows in which terms stand side by side as in a phrase.

/** A term of a phrase, and where it stands in a segment. */
export interface PhraseTerm {
  /** Words from the phrase's first. */
  readonly offset: number;
  /** Visits the rows that have the term, ascending; `positions` rise. */
  readonly forEachOccurrence: (visit: (row: number, positions: readonly number[]) => void) => void;
}

/**
 * Bitmap of the rows that have every phrase; undefined when there are none. A phrase without terms
 * is in no row. O(positions of the phrases' terms).
 */
export function phraseRows(
  phrases: readonly (readonly PhraseTerm[])[],
  rowCount: number,
): Uint8Array | undefined {
  if (phrases.length === 0) return undefined;
  let bits: Uint8Array | undefined;
  for (const terms of phrases) {
    const found = new Uint8Array((rowCount + 7) >>> 3);
    for (const row of startsOf(terms).keys()) found[row >>> 3]! |= 1 << (row & 7);
    if (bits !== undefined) for (let i = 0; i < found.length; i += 1) found[i]! &= bits[i]!;
    bits = found;
  }
  return bits;
}

/** Where the phrase begins in each row that has it. */
function startsOf(terms: readonly PhraseTerm[]): Map<number, ReadonlySet<number>> {
  let starts = new Map<number, ReadonlySet<number>>();
  for (const [i, { offset, forEachOccurrence }] of terms.entries()) {
    const next = new Map<number, ReadonlySet<number>>();
    forEachOccurrence((row, positions) => {
      const before = starts.get(row);
      if (i > 0 && before === undefined) return;
      const here = positions
        .map((position) => position - offset)
        .filter((start) => before === undefined || before.has(start));
      if (here.length > 0) next.set(row, new Set(here));
    });
    starts = next;
  }
  return starts;
}
