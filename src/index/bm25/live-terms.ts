// Terms of the passages that are in the journal but in no segment yet: appended on the main thread,
// scanned by workers through shared memory.

import type { PassageTerms } from "../../analysis/term-frequencies.js";
import { assert } from "../../core/assert.js";
import type { TermPostings } from "./postings-reader.js";

/** What a worker needs to score rows [0, rowCount). Crosses threads without copying. */
export interface LiveTermsSnapshot {
  readonly rowCount: number;
  /** Sum of the lengths of these rows. */
  readonly lengthTotal: number;
  /** Row r's entries in `termIds` and `counts` are [ends[r - 1], ends[r]), from 0 for the first. */
  readonly ends: Uint32Array;
  readonly termIds: Uint32Array;
  readonly counts: Uint32Array;
  readonly lengths: Uint32Array;
}

/** An append-only list of passages with a dictionary that grows with it. */
export interface LiveTerms {
  readonly rowCount: number;
  readonly lengthTotal: number;
  /** Adds a passage; returns its row. Amortized O(terms). */
  append(passage: PassageTerms): number;
  /**
   * Ids of terms, in their order; -1: no passage has the term. Only the main thread can resolve.
   */
  resolve(terms: readonly string[]): Int32Array;
  /** A view that later appends never change: they write beyond it, or to larger buffers. O(1). */
  snapshot(): LiveTermsSnapshot;
}

export function createLiveTerms(): LiveTerms {
  const ids = new Map<string, number>();
  let ends = sharedNumbers(1024);
  let lengths = sharedNumbers(1024);
  let termIds = sharedNumbers(65_536);
  let counts = sharedNumbers(65_536);
  let rowCount = 0;
  let entryCount = 0;
  let lengthTotal = 0;

  const idOf = (term: string): number => {
    const known = ids.get(term);
    if (known !== undefined) return known;
    ids.set(term, ids.size);
    return ids.size - 1;
  };
  const append = (passage: PassageTerms): number => {
    assert(passage.terms.length === passage.counts.length, "one count a term");
    ends = grownTo(ends, rowCount + 1);
    lengths = grownTo(lengths, rowCount + 1);
    termIds = grownTo(termIds, entryCount + passage.terms.length);
    counts = grownTo(counts, entryCount + passage.terms.length);
    for (const [i, term] of passage.terms.entries()) {
      termIds[entryCount] = idOf(term);
      counts[entryCount] = passage.counts[i]!;
      entryCount += 1;
    }
    ends[rowCount] = entryCount;
    lengths[rowCount] = passage.length;
    lengthTotal += passage.length;
    rowCount += 1;
    return rowCount - 1;
  };
  return {
    get rowCount() {
      return rowCount;
    },
    get lengthTotal() {
      return lengthTotal;
    },
    append,
    resolve: (wanted) => Int32Array.from(wanted, (term) => ids.get(term) ?? -1),
    snapshot: () => ({ rowCount, lengthTotal, ends, termIds, counts, lengths }),
  };
}

/**
 * Postings of each wanted term among the snapshot's rows, in the shape that flushed segments have.
 * Scans every entry once: meant for some thousands of rows. `undefined` where no row has the term.
 */
export function gatherLivePostings(
  snapshot: LiveTermsSnapshot,
  wantedIds: Int32Array,
): (TermPostings | undefined)[] {
  let idMax = -1;
  for (const id of wantedIds) idMax = Math.max(idMax, id);
  // Place of a term among the wanted ones, plus 1; 0: not wanted. Ids above the largest fall
  // outside.
  const places = new Int32Array(idMax + 1);
  for (const [place, id] of wantedIds.entries()) if (id >= 0) places[id] = place + 1;
  const found = Array.from(wantedIds, () => ({ rows: [] as number[], counts: [] as number[] }));
  let entry = 0;
  for (let row = 0; row < snapshot.rowCount; row += 1) {
    for (const end = snapshot.ends[row]!; entry < end; entry += 1) {
      const place = places[snapshot.termIds[entry]!];
      if (place === undefined || place === 0) continue;
      const postings = found[place - 1]!;
      postings.rows.push(row);
      postings.counts.push(snapshot.counts[entry]!);
    }
  }
  return found.map(({ rows, counts }) =>
    rows.length === 0
      ? undefined
      : {
          documentFrequency: rows.length,
          rows: Uint32Array.from(rows),
          counts: Uint32Array.from(counts),
        },
  );
}

function sharedNumbers(count: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(count * 4));
}

/**
 * `values`, or a larger copy with room for `count`; the old buffer stays as it is for its
 * snapshots.
 */
function grownTo(values: Uint32Array, count: number): Uint32Array {
  if (count <= values.length) return values;
  const larger = sharedNumbers(Math.max(count, values.length * 2));
  larger.set(values);
  return larger;
}
