// Passages that are in the journal and in no segment yet: appended by the main thread, searched by
// workers through snapshots of shared memory.

import { createGrowingBytes } from "../core/growing-bytes.js";
import type { Span } from "../core/document.js";
import { createLiveTerms } from "./bm25/live-terms.js";
import type { LiveTerms } from "./bm25/live-terms.js";
import { findSequence } from "./passage-table.js";
import type { PassageTable } from "./passage-table.js";
import type { LivePart, Tombstones } from "./segment-parts.js";
import type { SegmentPassage } from "./segment-writer.js";

export interface LiveSegment extends PassageTable {
  readonly codeBytes: number;
  readonly terms: Pick<LiveTerms, "resolve">;
  append(passage: SegmentPassage): void;
  /** A snapshot that later appends do not change. */
  part(tombstones: Tombstones): LivePart;
  /** The passage as it was appended. */
  passageAt(row: number): SegmentPassage;
}

/** `codeBytes`: room reserved for token codes; more is made when needed. */
export function createLiveSegment(codeBytes: number): LiveSegment {
  const codes = createGrowingBytes(codeBytes);
  const sketches = createGrowingBytes(64 * 1024);
  const rowOffsets = createGrowingBytes(16 * 1024);
  rowOffsets.append(numberBytes(0));
  const terms = createLiveTerms();
  const rows: RowEntry[] = [];
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
      codesAt: codes.length,
      codesEnd: codes.length + passage.codes.length,
      sketchBytes: passage.sketch.length,
    };
    codes.append(passage.codes);
    sketches.append(passage.sketch);
    rowOffsets.append(numberBytes(entry.tokenEnd));
    terms.append(passage.terms);
    rows.push(entry);
  };
  const passageAt = (row: number): SegmentPassage => {
    const entry = rows[row]!;
    const { sequence, key, passageNumber, span, sketchBytes } = entry;
    return {
      sequence,
      key,
      passageNumber,
      span,
      rowCount: entry.tokenCount,
      codes: new Uint8Array(codes.buffer(), entry.codesAt, entry.codesEnd - entry.codesAt),
      sketch: new Uint8Array(sketches.buffer(), row * sketchBytes, sketchBytes),
      terms: terms.toPassageTerms(row),
    };
  };
  return {
    get rowCount() {
      return rows.length;
    },
    get codeBytes() {
      return codes.length;
    },
    sequenceAt: table.sequenceAt,
    rowOf: (sequence) => findSequence(table, sequence),
    keyAt: (row) => rows[row]!.key,
    passageNumberAt: (row) => rows[row]!.passageNumber,
    spanAt: (row) => rows[row]!.span,
    tokenCountAt: (row) => rows[row]!.tokenCount,
    lengthAt: (row) => rows[row]!.length,
    terms,
    append,
    passageAt,
    part: (tombstones) => ({
      kind: "live",
      rowCount: rows.length,
      codes: codes.buffer(),
      rowOffsets: rowOffsets.buffer(),
      sketches: sketches.buffer(),
      terms: terms.snapshot(),
      tombstones,
    }),
  };
}

interface RowEntry {
  readonly sequence: number;
  readonly key: string;
  readonly passageNumber: number;
  readonly span: Span;
  readonly length: number;
  readonly tokenEnd: number;
  readonly tokenCount: number;
  readonly codesAt: number;
  readonly codesEnd: number;
  readonly sketchBytes: number;
}

function numberBytes(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}
