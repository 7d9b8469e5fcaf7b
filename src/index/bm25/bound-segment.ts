// A segment with a query's clauses looked up in it: what scoring reads, whatever kind the segment has.

import { isBitSet, unlessEmpty } from "./bits.js";
import { gatherLivePostings } from "./live-terms.js";
import type { LiveTermsSnapshot } from "./live-terms.js";
import { phraseRows } from "./phrases.js";
import { windowRows } from "./postings-format.js";
import { decodePositions } from "./postings-reader.js";
import type { PostingsReader, TermPostings } from "./postings-reader.js";
import type { Bm25Query, LiveTermIds } from "./query.js";

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
  const postings = query.clauses.map(({ kind, utf8 }) => {
    if (kind === "term") return reader.find(utf8);
    const places = reader.placesOfPrefix(utf8);
    if (places.end - places.start === 1) return reader.postings(places.start);
    return unionPostings([reader.postingsOfAll(places)], lengths);
  });
  const required = phraseRows(
    query.phrases.map(({ terms }) =>
      terms.map(({ utf8, offset }) => ({
        offset,
        forEachOccurrence: (visit) => {
          const place = reader.placeOf(utf8);
          if (place < 0) return;
          reader.forEachPosting(place, (row, _count, from, to) =>
            visit(row, decodePositions(reader.positions, from, to)),
          );
        },
      })),
    ),
    rowCount,
  );
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
  const postings = ids.clauses.map((list) =>
    unionPostings(
      Array.from(list, (id) => gathered.get(id)).filter((found) => found !== undefined),
      lengths,
    ),
  );
  const required = phraseRows(
    query.phrases.map(({ terms }, i) =>
      terms.map(({ offset }, j) => ({
        offset,
        forEachOccurrence: (visit) => {
          const found = gathered.get(ids.phrases[i]?.[j] ?? -1);
          for (const [n, row] of found?.rows.entries() ?? []) {
            const at = found?.positionsAt[n] ?? 0;
            visit(row, [...snapshot.positions.subarray(at, at + (found?.counts[n] ?? 0))]);
          }
        },
      })),
    ),
    rowCount,
  );
  return { rowCount, lengths, tombstones: unlessEmpty(tombstones), postings, required };
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
