// Terms of the passages that are in the journal but in no segment yet: appended on the main thread,
// scanned by workers through shared memory.

import { lineFeed } from "../../analysis/term-frequencies.js";
import type { PackedTerms } from "../../analysis/term-frequencies.js";
import { assert } from "../../core/assert.js";
import type { Bm25Clause, Bm25Phrase, Bm25Query, LiveTermIds } from "./query.js";
import { createTermDictionary } from "./term-dictionary.js";

/** What a worker needs to score rows [0, rowCount). Crosses threads without copying. */
export interface LiveTermsSnapshot {
  readonly rowCount: number;
  /** Sum of the lengths of these rows. */
  readonly lengthTotal: number;
  /** Row r's entries in `termIds` and `counts` are [ends[r - 1], ends[r]), from 0 for the first. */
  readonly ends: Uint32Array;
  readonly termIds: Uint32Array;
  readonly counts: Uint32Array;
  /** Where terms stand: as many numbers an entry as it counts, entries in their order. */
  readonly positions: Uint32Array;
  readonly lengths: Uint32Array;
}

/** An append-only list of passages with a dictionary that grows with it. */
export interface LiveTerms {
  readonly rowCount: number;
  readonly lengthTotal: number;
  /** Adds a passage; returns its row. Amortized O(terms). */
  append(passage: PackedTerms): number;
  /** Only the main thread can resolve. O(clauses), O(dictionary) for each beginning and misspelling. */
  resolve(query: Bm25Query): LiveTermIds;
  /** Ids of each phrase's terms; -1: no passage has it. O(terms of the phrases). */
  resolvePhrases(phrases: readonly Bm25Phrase[]): Int32Array[];
  /** A view that later appends never change: they write beyond it, or to larger buffers. O(1). */
  snapshot(): LiveTermsSnapshot;
}

/** Numbers that there is room for at first. */
const firstCount = 256;

export function createLiveTerms(): LiveTerms {
  const dictionary = createTermDictionary();
  let ends = sharedNumbers(firstCount);
  let lengths = sharedNumbers(firstCount);
  let termIds = sharedNumbers(firstCount);
  let counts = sharedNumbers(firstCount);
  let positions = sharedNumbers(firstCount);
  let rowCount = 0;
  let entryCount = 0;
  let lengthTotal = 0;

  const append = (passage: PackedTerms): number => {
    const termCount = passage.counts.length;
    const endBefore = entryCount;
    ends = grownTo(ends, rowCount + 1);
    lengths = grownTo(lengths, rowCount + 1);
    termIds = grownTo(termIds, entryCount + termCount);
    counts = grownTo(counts, entryCount + termCount);
    positions = grownTo(positions, lengthTotal + passage.length);
    positions.set(passage.positions, lengthTotal);
    counts.set(passage.counts, entryCount);
    const { joined } = passage;
    let start = 0;
    for (let end = 0; end < joined.length; end += 1) {
      if (joined[end] !== lineFeed) continue;
      termIds[entryCount] = dictionary.add(joined, start, end);
      entryCount += 1;
      start = end + 1;
    }
    assert(entryCount === endBefore + termCount, "one count a term");
    ends[rowCount] = entryCount;
    lengths[rowCount] = passage.length;
    lengthTotal += passage.length;
    rowCount += 1;
    return rowCount - 1;
  };
  const resolve = ({ clauses, phrases }: Bm25Query): LiveTermIds => {
    return {
      clauses: clauses.map((clause) => Uint32Array.from(idsOf(clause))),
      phrases: resolvePhrases(phrases),
    };
  };
  const idsOf = (clause: Bm25Clause): number[] => {
    if (clause.kind === "prefix") return dictionary.findPrefix(clause.utf8);
    if (clause.kind === "near") return dictionary.findNear(clause);
    const id = dictionary.find(clause.utf8);
    return id < 0 ? [] : [id];
  };
  const resolvePhrases = (phrases: readonly Bm25Phrase[]): Int32Array[] =>
    phrases.map((phrase) => Int32Array.from(phrase.terms, ({ utf8 }) => dictionary.find(utf8)));
  return {
    get rowCount() {
      return rowCount;
    },
    get lengthTotal() {
      return lengthTotal;
    },
    append,
    resolve,
    resolvePhrases,
    snapshot: () => ({ rowCount, lengthTotal, ends, termIds, counts, positions, lengths }),
  };
}

/** A term's postings in a live segment, and where each one's positions begin. */
export interface LivePostings {
  readonly rows: Uint32Array;
  readonly counts: Uint32Array;
  readonly positionsAt: Uint32Array;
}

/**
 * Postings of each wanted id among the snapshot's rows; ids that no row has are left out. Scans
 * every entry once: meant for some thousands of rows.
 */
export function gatherLivePostings(
  snapshot: LiveTermsSnapshot,
  wantedIds: ReadonlySet<number>,
): Map<number, LivePostings> {
  let idMax = -1;
  for (const id of wantedIds) idMax = Math.max(idMax, id);
  // Ids above the largest wanted one fall outside.
  const isWanted = new Uint8Array(idMax + 1);
  for (const id of wantedIds) isWanted[id] = 1;
  const found = new Map<number, { rows: number[]; counts: number[]; positionsAt: number[] }>();
  let entry = 0;
  let positionsAt = 0;
  for (let row = 0; row < snapshot.rowCount; row += 1) {
    for (const end = snapshot.ends[row]!; entry < end; entry += 1) {
      const id = snapshot.termIds[entry]!;
      const count = snapshot.counts[entry]!;
      if (isWanted[id] === 1) {
        let list = found.get(id);
        if (list === undefined) found.set(id, (list = { rows: [], counts: [], positionsAt: [] }));
        list.rows.push(row);
        list.counts.push(count);
        list.positionsAt.push(positionsAt);
      }
      positionsAt += count;
    }
  }
  return new Map(
    Array.from(found, ([id, { rows, counts, positionsAt: places }]) => [
      id,
      {
        rows: Uint32Array.from(rows),
        counts: Uint32Array.from(counts),
        positionsAt: Uint32Array.from(places),
      },
    ]),
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
