// Terms of the passages that are in the journal but in no segment yet: appended on the main thread,
// scanned by workers through shared memory.

import { lineFeed } from "../../analysis/term-frequencies.js";
import type { PackedTerms } from "../../analysis/term-frequencies.js";
import { assert } from "../../core/assert.js";
import type { Bm25Clause, Bm25Phrase, Bm25Query, LiveTermIds } from "./query.js";
import { TermDictionary } from "./term-dictionary.js";

/** What a worker needs to score passages [0, ordinalCount). Crosses threads without copying. */
export interface LiveTermsSnapshot {
  readonly ordinalCount: number;
  /** Sum of the lengths of these passages. */
  readonly lengthTotal: number;
  /**
   * Entries of ordinal r in `termIds` and `counts` are [ends[r - 1], ends[r]), from 0 for the
   * first.
   */
  readonly ends: Uint32Array;
  readonly termIds: Uint32Array;
  readonly counts: Uint32Array;
  /** Where terms stand: as many numbers an entry as it counts, entries in their order. */
  readonly positions: Uint32Array;
  readonly lengths: Uint32Array;
}

/** Numbers that there is room for at first. */
const firstCount = 256;

/** An append-only list of passages with a dictionary that grows with it. */
export class LiveTerms {
  readonly #dictionary = new TermDictionary();
  #ends = sharedNumbers(firstCount);
  #lengths = sharedNumbers(firstCount);
  #termIds = sharedNumbers(firstCount);
  #counts = sharedNumbers(firstCount);
  #positions = sharedNumbers(firstCount);
  #ordinalCount = 0;
  #entryCount = 0;
  #lengthTotal = 0;

  get ordinalCount(): number {
    return this.#ordinalCount;
  }

  get lengthTotal(): number {
    return this.#lengthTotal;
  }

  /** Adds a passage; returns its ordinal. Amortized O(terms). */
  append(passage: PackedTerms): number {
    const ordinal = this.#ordinalCount;
    const termCount = passage.counts.length;
    const firstEntry = this.#entryCount;
    this.#ends = grownTo(this.#ends, ordinal + 1);
    this.#lengths = grownTo(this.#lengths, ordinal + 1);
    this.#termIds = grownTo(this.#termIds, firstEntry + termCount);
    this.#counts = grownTo(this.#counts, firstEntry + termCount);
    this.#positions = grownTo(this.#positions, this.#lengthTotal + passage.length);
    this.#positions.set(passage.positions, this.#lengthTotal);
    this.#counts.set(passage.counts, firstEntry);
    const { joined } = passage;
    let entry = firstEntry;
    let start = 0;
    for (let end = 0; end < joined.length; end += 1) {
      if (joined[end] !== lineFeed) continue;
      this.#termIds[entry] = this.#dictionary.add(joined, start, end);
      entry += 1;
      start = end + 1;
    }
    assert(entry === firstEntry + termCount, "one count a term");
    this.#entryCount = entry;
    this.#ends[ordinal] = entry;
    this.#lengths[ordinal] = passage.length;
    this.#lengthTotal += passage.length;
    this.#ordinalCount += 1;
    return ordinal;
  }

  /**
   * Ids of the query's terms, for workers, which have no dictionary. O(clauses), and O(dictionary)
   * for each prefix and each misspelled word.
   */
  resolve({ clauses, phrases }: Bm25Query): LiveTermIds {
    return {
      clauses: clauses.map((clause) => Uint32Array.from(this.#idsOf(clause))),
      phrases: this.resolvePhrases(phrases),
    };
  }

  /** Ids of each phrase's terms; -1: no passage has it. O(terms of the phrases). */
  resolvePhrases(phrases: readonly Bm25Phrase[]): Int32Array[] {
    return phrases.map(({ terms }) =>
      Int32Array.from(terms, ({ utf8 }) => this.#dictionary.find(utf8)),
    );
  }

  /** A view that later appends never change: they write beyond it, or to larger buffers. O(1). */
  snapshot(): LiveTermsSnapshot {
    return {
      ordinalCount: this.#ordinalCount,
      lengthTotal: this.#lengthTotal,
      ends: this.#ends,
      termIds: this.#termIds,
      counts: this.#counts,
      positions: this.#positions,
      lengths: this.#lengths,
    };
  }

  #idsOf(clause: Bm25Clause): number[] {
    if (clause.kind === "prefix") return this.#dictionary.findPrefix(clause.utf8);
    if (clause.kind === "near") return this.#dictionary.findNear(clause);
    const id = this.#dictionary.find(clause.utf8);
    return id < 0 ? [] : [id];
  }
}

/** A term's postings in a live segment, and where each one's positions begin. */
export interface LivePostings {
  readonly ordinals: Uint32Array;
  readonly counts: Uint32Array;
  readonly positionsAt: Uint32Array;
}

/**
 * Postings of each wanted id among the snapshot's passages; ids that no passage has are left out.
 * Scans every entry once: meant for some thousands of passages.
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
  const found = new Map<number, { ordinals: number[]; counts: number[]; positionsAt: number[] }>();
  let entry = 0;
  let positionsAt = 0;
  for (let ordinal = 0; ordinal < snapshot.ordinalCount; ordinal += 1) {
    for (const end = snapshot.ends[ordinal]!; entry < end; entry += 1) {
      const id = snapshot.termIds[entry]!;
      const count = snapshot.counts[entry]!;
      if (isWanted[id] === 1) {
        let list = found.get(id);
        if (list === undefined)
          found.set(id, (list = { ordinals: [], counts: [], positionsAt: [] }));
        list.ordinals.push(ordinal);
        list.counts.push(count);
        list.positionsAt.push(positionsAt);
      }
      positionsAt += count;
    }
  }
  return new Map(
    Array.from(found, ([id, { ordinals, counts, positionsAt: places }]) => [
      id,
      {
        ordinals: Uint32Array.from(ordinals),
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
