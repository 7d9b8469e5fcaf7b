// Passages that are in the journal and in no segment yet: appended by the main thread, searched by
// workers through snapshots of shared memory.

import type { Fields, Span } from "../core/document.js";
import { createGrowingBytes } from "../core/growing-bytes.js";
import { createLiveTerms } from "./bm25/live-terms.js";
import type { LiveTerms } from "./bm25/live-terms.js";
import { findSequence } from "./passage-table.js";
import type { PassageTable } from "./passage-table.js";
import type { LivePart, Tombstones } from "./segment-parts.js";
import type { SegmentPassage } from "./segment-writer.js";

export interface LiveSegment extends PassageTable {
  readonly codeBytes: number;
  readonly terms: Pick<LiveTerms, "resolve" | "resolvePhrases">;
  append(passage: SegmentPassage): void;
  /** A snapshot that later appends do not change. */
  part(tombstones: Tombstones): LivePart;
}

/**
 * Room for the first passages; more is made when needed. A collection that has nothing in its journal
 * costs little, and so does one that is made and dropped: V8 does not count shared memory, and so
 * does not hurry to collect what is no longer used.
 */
const firstBytes = 1024;

export function createLiveSegment(roomBytes = firstBytes): LiveSegment {
  const codes = createGrowingBytes(roomBytes);
  const sketches = createGrowingBytes(firstBytes);
  const rowOffsets = createGrowingBytes(firstBytes);
  rowOffsets.append(numberBytes(0));
  const terms = createLiveTerms();
  const rows: RowEntry[] = [];
  let sketchRowBytes = 0;
  const table = {
    get rowCount() {
      return rows.length;
    },
    sequenceAt: (row: number) => rows[row]!.sequence,
  };
  const append = (passage: SegmentPassage): void => {
    const before = rows.at(-1);
    const entry: RowEntry = {
      sequence: passage.sequence,
      key: passage.key,
      passageNumber: passage.passageNumber,
      span: passage.span,
      length: passage.terms.length,
      tokenEnd: (before?.tokenEnd ?? 0) + passage.rowCount,
      tokenCount: passage.rowCount,
      fields: passage.fields,
    };
    codes.append(passage.codes);
    sketchRowBytes = passage.sketch.length;
    sketches.append(passage.sketch);
    rowOffsets.append(numberBytes(entry.tokenEnd));
    terms.append(passage.terms);
    rows.push(entry);
  };
  const part = (tombstones: Tombstones): LivePart => ({
    kind: "live",
    rowCount: rows.length,
    codes: codes.buffer(),
    codeBytes: codes.length,
    rowOffsets: rowOffsets.buffer(),
    sketches: sketches.buffer(),
    sketchRowBytes,
    terms: terms.snapshot(),
    tombstones,
  });
  return {
    get rowCount() {
      return rows.length;
    },
    get codeBytes() {
      return codes.length;
    },
    get tokenTotal() {
      return rows.at(-1)?.tokenEnd ?? 0;
    },
    get lengthTotal() {
      return terms.lengthTotal;
    },
    sequenceAt: table.sequenceAt,
    rowOf: (sequence) => findSequence(table, sequence),
    keyAt: (row) => rows[row]!.key,
    passageNumberAt: (row) => rows[row]!.passageNumber,
    spanAt: (row) => rows[row]!.span,
    tokenCountAt: (row) => rows[row]!.tokenCount,
    lengthAt: (row) => rows[row]!.length,
    fieldAt: (row, name) => rows[row]!.fields.get(name),
    terms,
    append,
    part,
  };
}

interface RowEntry {
  readonly sequence: number;
  readonly key: string;
  readonly passageNumber: number;
  readonly span: Span;
  /** Terms, repeats included. */
  readonly length: number;
  readonly tokenEnd: number;
  readonly tokenCount: number;
  readonly fields: Fields;
}

function numberBytes(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}
