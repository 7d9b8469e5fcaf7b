// The byte layout of a segment's tables. Token codes are a value of their own.

import { present } from "../core/assert.js";
import { SluiceError } from "../core/errors.js";
import type { PostingsSections } from "./bm25/postings-format.js";

/**
 * The sections, in this order; each starts at a multiple of 8. R = passages, n = token vectors of
 * all.
 *   sequences   f64 x R       rising; exact up to 2^53
 *   tokenOffsets  u32 x (R + 1) first token vector of each passage in the codes, and n
 *   passages    u32 x 3R      passage number, start and end of the span
 *   keyEnds     u32 x R       end of each key in the key bytes
 *   keys        bytes         UTF-8, one after another
 *   sketches    bytes         R packed vectors
 *   terms, postings, blocks, positions, lengths  see bm25/postings-format.ts
 *   columns     see columns/columns-format.ts
 * Before them: u32 number of sections, u32 R, then u32 offset and u32 length of each section.
 */
export const sectionNames = [
  "sequences",
  "tokenOffsets",
  "passages",
  "keyEnds",
  "keys",
  "sketches",
  "terms",
  "postings",
  "blocks",
  "positions",
  "lengths",
  "columns",
] as const;

export type SectionName = (typeof sectionNames)[number];
export type Sections = Readonly<Record<SectionName, Uint8Array>>;

const headerBytes = 8 + 8 * sectionNames.length;

export function joinSections(ordinalCount: number, sections: Sections): SharedArrayBuffer {
  let end = align(headerBytes);
  const places = sectionNames.map((name) => {
    const offset = end;
    end = align(offset + sections[name].length);
    return { name, offset };
  });
  const shared = new SharedArrayBuffer(end);
  const bytes = new Uint8Array(shared);
  const header = new Uint32Array(shared, 0, headerBytes / 4);
  header.set([sectionNames.length, ordinalCount]);
  for (const [i, { name, offset }] of places.entries()) {
    header.set([offset, sections[name].length], 2 + 2 * i);
    bytes.set(sections[name], offset);
  }
  return shared;
}

/** One section as a view. Throws DATA_CORRUPT when the directory does not fit the bytes. O(1). */
export function sectionOf(tables: SharedArrayBuffer, name: SectionName): Uint8Array {
  if (tables.byteLength < headerBytes)
    throw new SluiceError("DATA_CORRUPT", "segment tables are shorter than their directory");
  const header = new Uint32Array(tables, 0, headerBytes / 4);
  const place = 2 + 2 * sectionNames.indexOf(name);
  const offset = present(header[place], "each section has an offset");
  const length = present(header[place + 1], "each section has a length");
  if (header[0] !== sectionNames.length || offset % 8 !== 0 || offset + length > tables.byteLength)
    throw new SluiceError("DATA_CORRUPT", `segment tables: section ${name} does not fit`);
  return new Uint8Array(tables, offset, length);
}

/** For tables of which a section was already opened. */
export function ordinalCountOf(tables: SharedArrayBuffer): number {
  return present(new Uint32Array(tables, 0, 2)[1], "tables hold at least their directory");
}

/** A section of u32 values. Throws DATA_CORRUPT when it holds a part of one. */
export function numbersOf(tables: SharedArrayBuffer, name: SectionName): Uint32Array {
  const bytes = sectionOf(tables, name);
  if (bytes.length % 4 !== 0)
    throw new SluiceError("DATA_CORRUPT", `segment tables: section ${name} is cut off`);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
}

function align(offset: number): number {
  return (offset + 7) & ~7;
}

/** The sections that bm25/postings-reader.ts opens. */
export function postingsSectionsOf(tables: SharedArrayBuffer): PostingsSections {
  return {
    terms: sectionOf(tables, "terms"),
    postings: sectionOf(tables, "postings"),
    blocks: sectionOf(tables, "blocks"),
    positions: sectionOf(tables, "positions"),
    lengths: sectionOf(tables, "lengths"),
  };
}
