// Writes a segment from passages: tables in one buffer, token codes in another.

import type { Sequence } from "../core/ids.js";
import type { PackedTerms } from "../analysis/term-frequencies.js";
import type { Fields, Span } from "../core/document.js";
import { asDamage } from "../core/errors.js";
import { writePostings } from "./bm25/postings-writer.js";
import { writeColumns } from "./columns/columns-writer.js";
import { joinSections } from "./segment-format.js";
import type { Sections } from "./segment-format.js";
import type { JournalPassage } from "../store/stored-values.js";

/** A passage ready to be stored. */
export interface SegmentPassage {
  readonly sequence: Sequence;
  readonly key: string;
  readonly passageNumber: number;
  readonly span: Span;
  readonly tokenCount: number;
  readonly codes: Uint8Array;
  readonly refineCodes?: Uint8Array | undefined;
  readonly sketch: Uint8Array;
  /** As its journal record has them; segments do not. */
  readonly rows?: Float32Array | undefined;
  readonly terms: PackedTerms;
  /** Of its document; passages of one document may share them. */
  readonly fields: Fields;
}

export interface WrittenSegment {
  readonly tables: SharedArrayBuffer;
  readonly codes: SharedArrayBuffer;
  /** Absent when the passages have none. */
  readonly refineCodes: SharedArrayBuffer | undefined;
}

/** A passage of the journal as segments take it; `fields`: of its document. */
export function toSegmentPassage(
  sequence: Sequence,
  passage: JournalPassage,
  fields: Fields,
): SegmentPassage {
  const { joined, counts, positions, length, ...rest } = passage;
  return { ...rest, sequence, terms: { joined, counts, positions, length }, fields };
}

const none: Fields = new Map();

/**
 * Fields of documents for their passages, which the journal stores without them. Remembers the last
 * document, since a document's passages follow one another. One that is damaged, or was deleted
 * meanwhile, has no fields.
 */
export function createDocumentFields(
  read: (key: string) => Fields | undefined,
): (key: string) => Fields {
  let last: { readonly key: string; readonly fields: Fields } | undefined;
  return (key) => {
    if (last?.key === key) return last.fields;
    let fields: Fields | undefined;
    try {
      fields = read(key);
    } catch (error) {
      asDamage(error);
    }
    last = { key, fields: fields ?? none };
    return last.fields;
  };
}

/** `passages` by rising sequence. Equal input gives equal bytes. O(bytes + t log t) for t terms. */
export function writeSegment(passages: readonly SegmentPassage[]): WrittenSegment {
  const count = passages.length;
  const sequences = new Float64Array(count);
  const tokenOffsets = new Uint32Array(count + 1);
  const places = new Uint32Array(3 * count);
  const keyEnds = new Uint32Array(count);
  const keys = passages.map((passage) => Buffer.from(passage.key, "utf8"));
  let keyEnd = 0;
  for (const [ordinal, passage] of passages.entries()) {
    sequences[ordinal] = passage.sequence;
    tokenOffsets[ordinal + 1] = tokenOffsets[ordinal]! + passage.tokenCount;
    places.set([passage.passageNumber, passage.span.start, passage.span.end], 3 * ordinal);
    keyEnd += keys[ordinal]!.length;
    keyEnds[ordinal] = keyEnd;
  }
  const sections: Sections = {
    sequences: bytesOf(sequences),
    tokenOffsets: bytesOf(tokenOffsets),
    passages: bytesOf(places),
    keyEnds: bytesOf(keyEnds),
    keys: Buffer.concat(keys),
    sketches: Buffer.concat(passages.map((passage) => passage.sketch)),
    ...writePostings(passages.map(({ terms }) => terms)),
    columns: writeColumns(passages.map((passage) => passage.fields)),
  };
  const codes = joinBytes(passages.map((passage) => passage.codes));
  const refined = passages.flatMap(({ refineCodes }) => refineCodes ?? []);
  const refineCodes = refined.length === 0 ? undefined : joinBytes(refined);
  return { tables: joinSections(count, sections), codes, refineCodes };
}

/** The pieces in turn, in shared memory. */
export function joinBytes(pieces: readonly Uint8Array[]): SharedArrayBuffer {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const shared = new SharedArrayBuffer(length);
  const bytes = new Uint8Array(shared);
  let end = 0;
  for (const piece of pieces) {
    bytes.set(piece, end);
    end += piece.length;
  }
  return shared;
}

function bytesOf(values: Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
