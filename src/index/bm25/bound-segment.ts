// A segment with a query's clauses looked up in it: what scoring reads, whatever kind the segment has.

import { isBitSet, unlessEmpty } from "./bits.js";
import { gatherLivePostings } from "./live-terms.js";
import type { LivePostings, LiveTermsSnapshot } from "./live-terms.js";
import { phraseRows } from "./phrases.js";
import type { PhraseTerm } from "./phrases.js";
import { windowRows } from "./postings-format.js";
import { decodePositions } from "./postings-reader.js";
import type { PostingsReader, TermPostings } from "./postings-reader.js";
import type { Bm25Phrase, Bm25Query, Bm25Quorum, LiveTermIds } from "./query.js";

export interface BoundSegment {
  readonly rowCount: number;
  readonly lengths: Uint32Array;
  /** Bit set: the row is deleted; it counts nowhere. Undefined: none is. */
  readonly tombstones: Uint8Array | undefined;
  /** Beside the query's clauses; undefined: no row has it. */
  readonly postings: readonly (TermPostings | undefined)[];
  /** Bit set: the row has all phrases of the query. Undefined: it has no phrases. */
  readonly required: Uint8Array | undefined;
}

/** O(1) a term; O(postings) a beginning or a phrase. */
export function bindFlushed(
  reader: PostingsReader,
  query: Bm25Query,
  tombstones: Uint8Array | undefined,
): BoundSegment {
  const { rowCount, lengths } = reader;
  const found = query.clauses.map((clause) => {
    if (clause.kind === "term") return reader.find(clause.utf8);
    if (clause.kind === "near")
      return nearPostings(
        reader.placesNear(clause).map((place) => reader.postings(place)),
        lengths,
      );
    const places = reader.placesOfPrefix(clause.utf8);
    if (places.end - places.start === 1) return reader.postings(places.start);
    return unionPostings([reader.postingsOfAll(places)], lengths);
  });
  const postings = withQuorums(found, query.quorums, lengths);
  const phrases = query.phrases.map((phrase) => flushedPhrase(reader, phrase));
  const required = phraseRows(phrases, rowCount);
  return { rowCount, lengths, tombstones: unlessEmpty(tombstones), postings, required };
}

/** Scans every entry of the snapshot once: meant for some thousands of rows. */
export function bindLive(
  snapshot: LiveTermsSnapshot,
  query: Bm25Query,
  ids: LiveTermIds,
  tombstones: Uint8Array | undefined,
): BoundSegment {
  const { rowCount } = snapshot;
  const lengths = snapshot.lengths.subarray(0, rowCount);
  const wanted = new Set([...ids.clauses, ...ids.phrases].flatMap((list) => [...list]));
  wanted.delete(-1);
  const gathered = gatherLivePostings(snapshot, wanted);
  const found = ids.clauses.map((list, clause) => {
    const all = Array.from(list, (id) => gathered.get(id)).filter((one) => one !== undefined);
    const isNear = query.clauses[clause]?.kind === "near";
    return (isNear ? nearPostings : unionPostings)(all, lengths);
  });
  const postings = withQuorums(found, query.quorums, lengths);
  const phrases = query.phrases.map(({ terms }, i) =>
    livePhrase(snapshot, gathered, { terms, ids: ids.phrases[i] ?? new Int32Array() }),
  );
  const required = phraseRows(phrases, rowCount);
  return { rowCount, lengths, tombstones: unlessEmpty(tombstones), postings, required };
}

/** Where a phrase's terms stand in a flushed segment. */
export function flushedPhrase(reader: PostingsReader, { terms }: Bm25Phrase): PhraseTerm[] {
  return terms.map(({ utf8, offset }) => {
    const place = reader.placeOf(utf8);
    return {
      offset,
      rows: place < 0 ? new Uint32Array() : reader.postings(place).rows,
      forEachOccurrence: (visit) => {
        if (place < 0) return;
        reader.forEachPosting(place, (row, _count, from, to) =>
          visit(row, () => decodePositions(reader.positions, from, to)),
        );
      },
    };
  });
}

/** The same in a live one; `gathered` has the phrase's terms. */
export function livePhrase(
  { positions }: LiveTermsSnapshot,
  gathered: ReadonlyMap<number, LivePostings>,
  { terms, ids }: Bm25Phrase & { readonly ids: Int32Array },
): PhraseTerm[] {
  return terms.map(({ offset }, i) => {
    const found = gathered.get(ids[i] ?? -1);
    return {
      offset,
      rows: found?.rows ?? new Uint32Array(),
      forEachOccurrence: (visit) => {
        for (const [n, row] of found?.rows.entries() ?? []) {
          const at = found?.positionsAt[n] ?? 0;
          visit(row, () => [...positions.subarray(at, at + (found?.counts[n] ?? 0))]);
        }
      },
    };
  });
}

/** Rows that have the clause and are not deleted. */
export function liveFrequency({ postings, tombstones }: BoundSegment, clause: number): number {
  const found = postings[clause];
  if (found === undefined) return 0;
  if (tombstones === undefined) return found.documentFrequency;
  let frequency = 0;
  for (const row of found.rows) if (!isBitSet(tombstones, row)) frequency += 1;
  return frequency;
}

/** A row that has several misspellings, or one often, has the clause once. */
function nearPostings(found: readonly Listed[], lengths: Uint32Array): TermPostings | undefined {
  const union = unionPostings(found, lengths);
  if (union === undefined) return undefined;
  const counts = new Uint32Array(union.rows.length).fill(1);
  return { ...union, counts, blocks: blocksOf(union.rows, counts, lengths) };
}

/** Clauses with a quorum keep the rows that have it. */
function withQuorums(
  postings: readonly (TermPostings | undefined)[],
  quorums: readonly Bm25Quorum[],
  lengths: Uint32Array,
): readonly (TermPostings | undefined)[] {
  if (quorums.length === 0) return postings;
  const kept = new Map<number, Uint8Array>();
  for (const { clauses, count } of quorums) {
    const counts = new Uint16Array(lengths.length);
    for (const clause of clauses) for (const row of postings[clause]?.rows ?? []) counts[row]! += 1;
    for (const clause of clauses) {
      const isKept = kept.get(clause) ?? new Uint8Array(lengths.length);
      for (const row of postings[clause]?.rows ?? []) if (counts[row]! >= count) isKept[row] = 1;
      kept.set(clause, isKept);
    }
  }
  return postings.map((found, clause) => {
    const isKept = kept.get(clause);
    return found && isKept ? keepRows(found, isKept, lengths) : found;
  });
}

function keepRows(
  { rows, counts }: TermPostings,
  isKept: Uint8Array,
  lengths: Uint32Array,
): TermPostings | undefined {
  const keptRows = rows.filter((row) => isKept[row] === 1);
  if (keptRows.length === 0) return undefined;
  const keptCounts = counts.filter((_, i) => isKept[rows[i]!] === 1);
  return {
    documentFrequency: keptRows.length,
    rows: keptRows,
    counts: keptCounts,
    blocks: blocksOf(keptRows, keptCounts, lengths),
  };
}

interface Listed {
  readonly rows: Uint32Array;
  readonly counts: Uint32Array;
}

/** Counts of the same row added. Undefined: there is none. */
function unionPostings(found: readonly Listed[], lengths: Uint32Array): TermPostings | undefined {
  const { rows, counts } = addCounts(found, lengths.length);
  if (rows.length === 0) return undefined;
  return { documentFrequency: rows.length, rows, counts, blocks: blocksOf(rows, counts, lengths) };
}

function addCounts(found: readonly Listed[], rowCount: number): Listed {
  const sums = new Uint32Array(rowCount);
  let distinct = 0;
  for (const { rows, counts } of found)
    for (let i = 0; i < rows.length; i += 1) {
      if (sums[rows[i]!] === 0) distinct += 1;
      sums[rows[i]!]! += counts[i]!;
    }
  const rows = new Uint32Array(distinct);
  const counts = new Uint32Array(distinct);
  for (let row = 0, filled = 0; filled < distinct; row += 1) {
    if (sums[row] === 0) continue;
    rows[filled] = row;
    counts[filled] = sums[row]!;
    filled += 1;
  }
  return { rows, counts };
}

function blocksOf(
  rows: Uint32Array,
  counts: Uint32Array,
  lengths: Uint32Array,
): TermPostings["blocks"] {
  const blocks = { windows: [], firsts: [], maxCounts: [], minLengths: [] } as Record<
    keyof TermPostings["blocks"],
    number[]
  >;
  for (let i = 0; i < rows.length; i += 1) {
    const window = Math.floor(rows[i]! / windowRows);
    const last = blocks.windows.length - 1;
    const length = lengths[rows[i]!]!;
    if (blocks.windows[last] === window) {
      blocks.maxCounts[last] = Math.max(blocks.maxCounts[last]!, counts[i]!);
      blocks.minLengths[last] = Math.min(blocks.minLengths[last]!, length);
      continue;
    }
    blocks.windows.push(window);
    blocks.firsts.push(i);
    blocks.maxCounts.push(counts[i]!);
    blocks.minLengths.push(length);
  }
  return {
    windows: Uint32Array.from(blocks.windows),
    firsts: Uint32Array.from(blocks.firsts),
    maxCounts: Uint32Array.from(blocks.maxCounts),
    minLengths: Uint32Array.from(blocks.minLengths),
  };
}
