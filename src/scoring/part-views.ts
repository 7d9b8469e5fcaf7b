// Typed views of a segment part, made in the worker that reads it.

import { PostingsReader } from "../index/bm25/postings-reader.js";
import { bindFlushed, bindLive } from "../index/bm25/bound-segment.js";
import type { BoundSegment } from "../index/bm25/bound-segment.js";
import { placesIn } from "../index/bm25/query.js";
import { present } from "../core/assert.js";
import { memoize } from "../core/memoize.js";
import { numbersOf, postingsSectionsOf, sectionOf } from "../index/segment-format.js";
import type { CodesReader } from "../index/segment-codes.js";
import type { Bm25Work } from "./score.protocol.js";
import type { SegmentPart } from "../index/segment-parts.js";

export function tombstonesOf(part: SegmentPart): Uint8Array | undefined {
  return part.tombstones && new Uint8Array(part.tombstones);
}

/** Packed token vectors and where each passage's begin. */
export function tokensOf(
  part: SegmentPart,
  reader: CodesReader,
): { bytes: Uint8Array; tokenOffsets: Uint32Array } {
  return { bytes: reader.bytesOf(part.codes), tokenOffsets: tokenOffsetsOf(part) };
}

/** First token vector of each passage, and the number of all. */
export function tokenOffsetsOf(part: SegmentPart): Uint32Array {
  switch (part.kind) {
    case "flushed":
      return numbersOf(part.tables, "tokenOffsets");
    case "live":
      return new Uint32Array(part.tokenOffsets, 0, part.ordinalCount + 1);
  }
}

/** Token vectors [first, end) of `bytes` are the passage's. Throws DATA_CORRUPT. */
export function passageTokensOf(
  part: SegmentPart,
  ordinal: number,
  { reader, tokenBytes }: { readonly reader: CodesReader; readonly tokenBytes: number },
): { bytes: Uint8Array; first: number; end: number } {
  const { bytes, tokenOffsets } = tokensOf(part, reader);
  const first = tokenOffsets[ordinal] ?? 0;
  const end = tokenOffsets[ordinal + 1] ?? 0;
  reader.check(part.codes, { start: first * tokenBytes, end: end * tokenBytes });
  return { bytes, first, end };
}

export function sketchesOf(part: SegmentPart): Uint8Array {
  switch (part.kind) {
    case "flushed":
      return sectionOf(part.tables, "sketches");
    case "live":
      return new Uint8Array(part.sketches);
  }
}

/** A part with the clauses of a query; `place`: the part's among the parts of the work. */
export function boundPart(part: SegmentPart, work: Bm25Work, place: number): BoundSegment {
  const tombstones = tombstonesOf(part);
  switch (part.kind) {
    case "flushed":
      return bindFlushed(
        postingsOf(part.tables),
        work.query,
        tombstones,
        nearPlacesOf(work, place),
      );
    case "live": {
      const ids = present(work.liveTermIds[place], "a live part comes with its ids");
      return bindLive(part.terms, work.query, ids, tombstones);
    }
  }
}

/** One list a misspelled word of the query, for the part at `place`. */
function nearPlacesOf(
  { query, nearPlaces }: Bm25Work,
  place: number,
): readonly Uint32Array[] | undefined {
  if (nearPlaces === undefined) return undefined;
  const words = query.clauses.filter(({ kind }) => kind === "near");
  return words.map((_, word) =>
    placesIn(nearPlaces, { segment: place, word, wordCount: words.length }),
  );
}

/** Opened once a segment: a search looks into every dictionary. */
export const postingsOf = memoize(
  (tables: SharedArrayBuffer) => new PostingsReader(postingsSectionsOf(tables)),
);

/** Bits of ordinals [start, start + count) that are not deleted; `start` is a multiple of 8. */
export function eligibleBits(
  tombstones: Uint8Array | undefined,
  { start, count }: { start: number; count: number },
): Uint8Array {
  const bits = new Uint8Array((count + 7) >>> 3).fill(0xff);
  if (tombstones === undefined) return bits;
  const first = start >>> 3;
  for (let i = 0; i < bits.length; i += 1) bits[i] = ~(tombstones[first + i] ?? 0);
  return bits;
}
