// A live segment as a maintenance worker gets it: all that a flushed segment is made of.

import { assert, present } from "../core/assert.js";
import type { PassageTerms } from "../analysis/term-frequencies.js";
import type { Span } from "../core/document.js";
import { isBitSet } from "./bm25/bits.js";
import type { LiveTermsSnapshot } from "./bm25/live-terms.js";
import type { LivePart } from "./segment-parts.js";
import type { SegmentPassage } from "./segment-writer.js";

/** Crosses threads: the bytes as shared memory, the rest as a copy. */
export interface LiveImage {
  readonly part: LivePart;
  /** Term of each id. */
  readonly dictionary: readonly string[];
  readonly rows: readonly LiveRow[];
}

export interface LiveRow {
  readonly sequence: number;
  readonly key: string;
  readonly passageNumber: number;
  readonly span: Span;
}

/** The passages that are not deleted, by rising sequence. Codes and sketches are views. */
export function undeletedPassages(image: LiveImage): SegmentPassage[] {
  const { part, rows } = image;
  assert(rows.length === part.rowCount, "one entry a row");
  const dead = part.tombstones && new Uint8Array(part.tombstones);
  const offsets = new Uint32Array(part.rowOffsets, 0, part.rowCount + 1);
  const tokenBytes = part.rowCount === 0 ? 0 : part.codeBytes / offsets[part.rowCount]!;
  const passages: SegmentPassage[] = [];
  for (const [row, entry] of rows.entries()) {
    if (dead !== undefined && isBitSet(dead, row)) continue;
    const rowCount = offsets[row + 1]! - offsets[row]!;
    passages.push({
      ...entry,
      rowCount,
      codes: new Uint8Array(part.codes, offsets[row]! * tokenBytes, rowCount * tokenBytes),
      sketch: new Uint8Array(part.sketches, row * part.sketchRowBytes, part.sketchRowBytes),
      terms: termsAt(part.terms, image.dictionary, row),
    });
  }
  return passages;
}

function termsAt(
  snapshot: LiveTermsSnapshot,
  dictionary: readonly string[],
  row: number,
): PassageTerms {
  const start = row === 0 ? 0 : snapshot.ends[row - 1]!;
  const end = snapshot.ends[row]!;
  return {
    terms: Array.from(snapshot.termIds.subarray(start, end), (id) =>
      present(dictionary[id], "each term id has its term"),
    ),
    counts: Array.from(snapshot.counts.subarray(start, end)),
    length: snapshot.lengths[row]!,
  };
}
