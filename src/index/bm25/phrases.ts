// Finds the rows in which terms stand side by side as in a phrase.

/** A term of a phrase, and where it stands in a segment. */
export interface PhraseTerm {
  /** Words from the phrase's first. */
  readonly offset: number;
  /** That have the term, ascending. */
  readonly rows: Uint32Array;
  /** Visits them in order; `positions` gives rising numbers. */
  readonly forEachOccurrence: (visit: (row: number, positions: () => number[]) => void) => void;
}

/**
 * Bitmap of the rows that have every phrase; undefined when there are none. A phrase without terms
 * is in no row. O(postings of the phrases' terms, positions where all of them meet).
 */
export function phraseRows(
  phrases: readonly (readonly PhraseTerm[])[],
  rowCount: number,
): Uint8Array | undefined {
  if (phrases.length === 0) return undefined;
  const bits = new Uint8Array((rowCount + 7) >>> 3).fill(0xff);
  for (const terms of phrases) {
    const found = new Uint8Array(bits.length);
    for (const row of startsOf(terms, rowCount).keys()) found[row >>> 3]! |= 1 << (row & 7);
    for (let i = 0; i < found.length; i += 1) bits[i]! &= found[i]!;
  }
  return bits;
}

/** Where the phrase begins in each row that has it. */
function startsOf(
  terms: readonly PhraseTerm[],
  rowCount: number,
): Map<number, ReadonlySet<number>> {
  if (terms.some(({ rows }) => rows.length === 0)) return new Map();
  const counts = countTerms(terms, rowCount);
  let starts = new Map<number, ReadonlySet<number>>();
  for (const [i, { offset, forEachOccurrence }] of terms.entries()) {
    const next = new Map<number, ReadonlySet<number>>();
    forEachOccurrence((row, positions) => {
      if (counts[row] !== terms.length) return;
      const before = starts.get(row);
      if (i > 0 && before === undefined) return;
      const here = positions()
        .map((position) => position - offset)
        .filter((start) => before === undefined || before.has(start));
      if (here.length > 0) next.set(row, new Set(here));
    });
    starts = next;
  }
  return starts;
}

/** How many of the terms each row has, in their order: only rows with all of them are looked at. */
function countTerms(terms: readonly PhraseTerm[], rowCount: number): Uint16Array {
  const counts = new Uint16Array(rowCount);
  for (const [i, { rows }] of terms.entries())
    for (const row of rows) if (counts[row] === i) counts[row] = i + 1;
  return counts;
}
