// A segment with a query's clauses looked up in it: what scoring reads, whatever kind the segment
// has.

import { createLruCache } from "../../core/lru-cache.js";
import { memoize } from "../../core/memoize.js";
import { isBitSet, unlessEmpty } from "./bits.js";
import { gatherLivePostings } from "./live-terms.js";
import type { LivePostings, LiveTermsSnapshot } from "./live-terms.js";
import { wordKey } from "./near-terms.js";
import { phraseOrdinals } from "./phrases.js";
import type { PhrasePostings } from "./phrases.js";
import { windowOrdinals } from "./postings-format.js";
import { decodePositions } from "./postings-reader.js";
import type { PostingsReader, TermPostings } from "./postings-reader.js";
import type { Bm25Clause, Bm25Phrase, Bm25Query, Bm25Quorum, LiveTermIds } from "./query.js";

export interface BoundSegment {
  readonly ordinalCount: number;
  readonly lengths: Uint32Array;
  /** Bit set: the passage is deleted and counts nowhere. Absent when none is deleted. */
  readonly tombstones: Uint8Array | undefined;
  /** Parallel to the query's clauses; undefined where no passage matches the clause. */
  readonly postings: readonly (TermPostings | undefined)[];
  /** Bit set: the passage has all phrases of the query. Absent when the query has no phrases. */
  readonly required: Uint8Array | undefined;
}

/**
 * `nearPlaces`: those of each misspelled word of the query; looked up when they are absent. O(1) a term; O(postings) a phrase, and a prefix or misspelled word that is not cached. */
export function bindFlushed(
  reader: PostingsReader,
  query: Bm25Query,
  tombstones: Uint8Array | undefined,
  nearPlaces?: readonly Uint32Array[],
): BoundSegment {
  const { ordinalCount, lengths } = reader;
  let nearCount = 0;
  const found = query.clauses.map((clause) => {
    if (clause.kind === "term") return reader.find(clause.utf8);
    if (clause.kind === "prefix") return rememberedUnion(reader, clause);
    nearCount += 1;
    return rememberedUnion(reader, clause, nearPlaces?.[nearCount - 1]);
  });
  const postings = withQuorums(found, query.quorums, lengths);
  const phrases = query.phrases.map((phrase) => flushedPhrase(reader, phrase));
  const required = phraseOrdinals(phrases, ordinalCount);
  return { ordinalCount, lengths, tombstones: unlessEmpty(tombstones), postings, required };
}

/** Scans every entry of the snapshot once: meant for some thousands of passages. */
export function bindLive(
  snapshot: LiveTermsSnapshot,
  query: Bm25Query,
  ids: LiveTermIds,
  tombstones: Uint8Array | undefined,
): BoundSegment {
  const { ordinalCount } = snapshot;
  const lengths = snapshot.lengths.subarray(0, ordinalCount);
  const wanted = new Set([...ids.clauses, ...ids.phrases].flatMap((list) => [...list]));
  wanted.delete(-1);
  const gathered = gatherLivePostings(snapshot, wanted);
  const found = ids.clauses.map((list, clause) => {
    const all = Array.from(list, (id) => gathered.get(id)).filter((one) => one !== undefined);
    return unionPostings(all, lengths, { isOnce: query.clauses[clause]?.kind === "near" });
  });
  const postings = withQuorums(found, query.quorums, lengths);
  const phrases = query.phrases.map(({ terms }, i) =>
    livePhrase(snapshot, gathered, { terms, ids: ids.phrases[i] ?? new Int32Array() }),
  );
  const required = phraseOrdinals(phrases, ordinalCount);
  return { ordinalCount, lengths, tombstones: unlessEmpty(tombstones), postings, required };
}

/** Postings of a phrase's terms in a flushed segment. */
export function flushedPhrase(reader: PostingsReader, { terms }: Bm25Phrase): PhrasePostings[] {
  return terms.map(({ utf8, offset }) => {
    const place = reader.placeOf(utf8);
    return {
      offset,
      ordinals: place < 0 ? new Uint32Array() : reader.postings(place).ordinals,
      forEachOccurrence: (visit) => {
        if (place < 0) return;
        reader.forEachPosting(place, (ordinal, _count, from, to) =>
          visit(ordinal, () => decodePositions(reader.positions, from, to)),
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
): PhrasePostings[] {
  return terms.map(({ offset }, i) => {
    const found = gathered.get(ids[i] ?? -1);
    return {
      offset,
      ordinals: found?.ordinals ?? new Uint32Array(),
      forEachOccurrence: (visit) => {
        for (const [n, ordinal] of found?.ordinals.entries() ?? []) {
          const at = found?.positionsAt[n] ?? 0;
          visit(ordinal, () => [...positions.subarray(at, at + (found?.counts[n] ?? 0))]);
        }
      },
    };
  });
}

/** Passages that have the clause and are not deleted. */
export function liveFrequency({ postings, tombstones }: BoundSegment, clause: number): number {
  const found = postings[clause];
  if (found === undefined) return 0;
  if (tombstones === undefined) return found.documentFrequency;
  let frequency = 0;
  for (const ordinal of found.ordinals) if (!isBitSet(tombstones, ordinal)) frequency += 1;
  return frequency;
}

/** Clauses with a quorum keep the passages that have it. */
function withQuorums(
  postings: readonly (TermPostings | undefined)[],
  quorums: readonly Bm25Quorum[],
  lengths: Uint32Array,
): readonly (TermPostings | undefined)[] {
  if (quorums.length === 0) return postings;
  const kept = new Map<number, Uint8Array>();
  for (const { clauses, count } of quorums) {
    const counts = new Uint16Array(lengths.length);
    for (const clause of clauses)
      for (const ordinal of postings[clause]?.ordinals ?? []) counts[ordinal]! += 1;
    for (const clause of clauses) {
      const isKept = kept.get(clause) ?? new Uint8Array(lengths.length);
      for (const ordinal of postings[clause]?.ordinals ?? [])
        if (counts[ordinal]! >= count) isKept[ordinal] = 1;
      kept.set(clause, isKept);
    }
  }
  return postings.map((found, clause) => {
    const isKept = kept.get(clause);
    return found && isKept ? keepOrdinals(found, isKept, lengths) : found;
  });
}

function keepOrdinals(
  { ordinals, counts }: TermPostings,
  isKept: Uint8Array,
  lengths: Uint32Array,
): TermPostings | undefined {
  const sums = new Uint32Array(lengths.length);
  for (let i = 0; i < ordinals.length; i += 1)
    if (isKept[ordinals[i]!] === 1) sums[ordinals[i]!] = counts[i]!;
  return postingsOf(sums, lengths);
}

interface Union {
  readonly postings: TermPostings | undefined;
}

/**
 * Unions of each segment's terms that begin alike or are near a word. All stages of a search ask
 * for the same, as does the next search of a session; segments never change.
 */
const unionsOf = memoize(({ ordinalCount }: PostingsReader) =>
  createLruCache<Union>(1024 + unionBytesPerPassage * ordinalCount),
);

/** Two unions that have every passage. */
const unionBytesPerPassage = 16;

function rememberedUnion(
  reader: PostingsReader,
  clause: Exclude<Bm25Clause, { readonly kind: "term" }>,
  nearPlaces?: Uint32Array,
): TermPostings | undefined {
  const cache = unionsOf(reader);
  const key = wordKey(clause.utf8, clause.kind === "near" ? clause.distance : 0);
  const known = cache.get(key);
  if (known !== undefined) return known.postings;
  const postings = flushedUnion(reader, clause, nearPlaces);
  const ordinalCount = postings?.documentFrequency ?? 0;
  cache.set(key, { postings }, 64 + key.length + 8 * ordinalCount);
  return postings;
}

function flushedUnion(
  reader: PostingsReader,
  clause: Exclude<Bm25Clause, { readonly kind: "term" }>,
  nearPlaces?: Uint32Array,
): TermPostings | undefined {
  if (clause.kind === "near") {
    const places = nearPlaces ?? reader.placesNear(clause);
    if (places.length === 0) return undefined;
    const marks = new Uint32Array(reader.ordinalCount);
    reader.markPassages(places, marks);
    return postingsOf(marks, reader.lengths);
  }
  const places = reader.placesOfPrefix(clause.utf8);
  if (places.end - places.start === 1) return reader.postings(places.start);
  return unionPostings([reader.postingsOfAll(places)], reader.lengths, { isOnce: false });
}

interface Listed {
  readonly ordinals: Uint32Array;
  readonly counts: Uint32Array;
}

/**
 * Counts of the same passage added; `isOnce`: a passage that has several, or one often, has it
 * once. Returns undefined when there are none.
 */
function unionPostings(
  found: readonly Listed[],
  lengths: Uint32Array,
  { isOnce }: { readonly isOnce: boolean },
): TermPostings | undefined {
  if (found.every(({ ordinals }) => ordinals.length === 0)) return undefined;
  const sums = new Uint32Array(lengths.length);
  for (const { ordinals, counts } of found)
    if (isOnce) for (let i = 0; i < ordinals.length; i += 1) sums[ordinals[i]!] = 1;
    else for (let i = 0; i < ordinals.length; i += 1) sums[ordinals[i]!]! += counts[i]!;
  return postingsOf(sums, lengths);
}

/**
 * Postings of the passages whose count is above 0. Returns undefined when there are none.
 * O(passages).
 */
function postingsOf(sums: Uint32Array, lengths: Uint32Array): TermPostings | undefined {
  const ordinals = new Uint32Array(sums.length);
  const counts = new Uint32Array(sums.length);
  const windowCount = Math.ceil(sums.length / windowOrdinals);
  const windows = new Uint32Array(windowCount);
  const firsts = new Uint32Array(windowCount);
  const maxCounts = new Uint32Array(windowCount);
  const minLengths = new Uint32Array(windowCount);
  let filled = 0;
  let blockCount = 0;
  for (let window = 0; window < windowCount; window += 1) {
    const first = filled;
    const end = Math.min(sums.length, (window + 1) * windowOrdinals);
    let maxCount = 0;
    let minLength = 0xffffffff;
    for (let ordinal = window * windowOrdinals; ordinal < end; ordinal += 1) {
      const count = sums[ordinal]!;
      if (count === 0) continue;
      ordinals[filled] = ordinal;
      counts[filled] = count;
      filled += 1;
      if (count > maxCount) maxCount = count;
      if (lengths[ordinal]! < minLength) minLength = lengths[ordinal]!;
    }
    if (filled === first) continue;
    windows[blockCount] = window;
    firsts[blockCount] = first;
    maxCounts[blockCount] = maxCount;
    minLengths[blockCount] = minLength;
    blockCount += 1;
  }
  if (filled === 0) return undefined;
  return {
    documentFrequency: filled,
    ordinals: ordinals.slice(0, filled),
    counts: counts.slice(0, filled),
    blocks: {
      windows: windows.slice(0, blockCount),
      firsts: firsts.slice(0, blockCount),
      maxCounts: maxCounts.slice(0, blockCount),
      minLengths: minLengths.slice(0, blockCount),
    },
  };
}
