// Counts the terms of a passage, in index order.

import type { Analyzer } from "./query-words.js";

/**
 * The terms of one passage: `terms` are distinct and in UTF-8 byte order, `counts` is parallel to
 * them.
 */
export interface PassageTerms {
  readonly terms: readonly string[];
  readonly counts: readonly number[];
  /**
   * Positions in words from the passage's first: `counts[i]` ascending numbers for term i, one term
   * after another.
   */
  readonly positions: readonly number[];
  /** Sum of the counts: the passage's length in BM25. */
  readonly length: number;
}

/** Serialized form for the journal and for messages between threads. */
export interface PackedTerms {
  /** UTF-8 of the terms, each terminated by a line feed, which no term contains. */
  readonly joined: Uint8Array;
  readonly counts: Uint32Array;
  readonly positions: Uint32Array;
  readonly length: number;
}

export const lineFeed = 10;

export function packTerms({ terms, counts, positions, length }: PassageTerms): PackedTerms {
  return {
    // Copied out of Node's buffer pool, since transferring a slice would transfer the whole pool.
    joined: new TextEncoder().encode(terms.map((term) => `${term}\n`).join("")),
    counts: Uint32Array.from(counts),
    positions: Uint32Array.from(positions),
    length,
  };
}

export function unpackTerms({ joined, counts, positions, length }: PackedTerms): PassageTerms {
  const text = Buffer.from(joined.buffer, joined.byteOffset, joined.length).toString("utf8");
  return {
    terms: text.split("\n").slice(0, -1),
    counts: [...counts],
    positions: [...positions],
    length,
  };
}

/** O(length + t log t) for t distinct terms. */
export function termFrequencies(analyzer: Analyzer, text: string): PassageTerms {
  const ids = new Map<string, number>();
  const found: string[] = [];
  const countOf: number[] = [];
  const lastOf: number[] = [];
  // Term and position of each occurrence in flat arrays, which are cheaper than a list per term.
  const idAt: number[] = [];
  const positionAt: number[] = [];
  analyzer.forEachTerm(text, (term, position) => {
    const known = ids.get(term);
    const id = known ?? found.length;
    if (known === undefined) {
      ids.set(term, id);
      found.push(term);
    }
    // Two forms of one word may be the same term at the same position.
    if (lastOf[id] === position) return;
    lastOf[id] = position;
    countOf[id] = (countOf[id] ?? 0) + 1;
    idAt.push(id);
    positionAt.push(position);
  });
  const terms = sortTerms(found);
  const endOf = new Uint32Array(terms.length);
  let start = 0;
  const counts = terms.map((term) => {
    const id = ids.get(term) ?? 0;
    const count = countOf[id] ?? 0;
    endOf[id] = start;
    start += count;
    return count;
  });
  const positions = new Array<number>(idAt.length).fill(0);
  for (let place = 0; place < idAt.length; place += 1) {
    const id = idAt[place] ?? 0;
    const end = endOf[id] ?? 0;
    positions[end] = positionAt[place] ?? 0;
    endOf[id] = end + 1;
  }
  return { terms, counts, positions, length: idAt.length };
}

/** Sorts by UTF-8 bytes, in place, and returns `terms`. */
export function sortTerms(terms: string[]): string[] {
  // The default sort compares UTF-16 code units, which differs from UTF-8 only for surrogates.
  return terms.some((term) => /[\ud800-\udfff]/.test(term))
    ? terms.sort((a, b) => Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8")))
    : terms.sort();
}
