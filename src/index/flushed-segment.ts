// An immutable segment in shared memory, as the main thread reads it.

import { SluiceError } from "../core/errors.js";
import { PostingsReader } from "./bm25/postings-reader.js";
import { createFieldLookup } from "./columns/columns-reader.js";
import { findSequence } from "./passage-table.js";
import type { PassageTable } from "./passage-table.js";
import { numbersOf, postingsSectionsOf, rowCountOf, sectionOf } from "./segment-format.js";
import type { SegmentCodes } from "./segment-codes.js";

export interface FlushedSegment extends PassageTable {
  readonly id: number;
  readonly tables: SharedArrayBuffer;
  readonly codes: SegmentCodes;
}

/** Bytes of the codes that belong to these tables. */
export function codeBytesOf(tables: SharedArrayBuffer, tokenRowBytes: number): number {
  return (numbersOf(tables, "rowOffsets").at(-1) ?? 0) * tokenRowBytes;
}

/**
 * `tokenRowBytes`: bytes of one packed token row. Throws DATA_CORRUPT when sections, rows and codes do
 * not belong together. O(1).
 */
export function openFlushedSegment(
  id: number,
  { tables, codes }: Pick<FlushedSegment, "tables" | "codes">,
  tokenRowBytes: number,
): FlushedSegment {
  const sequenceBytes = sectionOf(tables, "sequences");
  const rowCount = rowCountOf(tables);
  const rowOffsets = numbersOf(tables, "rowOffsets");
  const places = numbersOf(tables, "passages");
  const keyEnds = numbersOf(tables, "keyEnds");
  const keyBytes = sectionOf(tables, "keys");
  const { lengths, lengthTotal } = new PostingsReader(postingsSectionsOf(tables));
  const fieldAt = createFieldLookup(sectionOf(tables, "columns"));
  const isWhole =
    sequenceBytes.length === 8 * rowCount &&
    rowOffsets.length === rowCount + 1 &&
    places.length === 3 * rowCount &&
    keyEnds.length === rowCount &&
    (keyEnds.at(-1) ?? 0) === keyBytes.length &&
    sectionOf(tables, "sketches").length % Math.max(1, rowCount) === 0 &&
    lengths.length === rowCount;
  if (!isWhole)
    throw new SluiceError("DATA_CORRUPT", `segment ${id}: its tables disagree on their rows`);
  if (rowOffsets[rowCount]! * tokenRowBytes !== codes.byteLength)
    throw new SluiceError("DATA_CORRUPT", `segment ${id}: codes and tables do not belong together`);
  const sequences = new Float64Array(sequenceBytes.buffer, sequenceBytes.byteOffset, rowCount);
  const keys = Buffer.from(tables);
  const keysAt = keyBytes.byteOffset;
  const table = {
    rowCount,
    sequenceAt: (row: number) => sequences[row]!,
  };
  return {
    ...table,
    id,
    tables,
    codes,
    tokenTotal: rowOffsets[rowCount]!,
    lengthTotal,
    rowOf: (sequence) => findSequence(table, sequence),
    keyAt: (row) =>
      keys.toString("utf8", keysAt + (row === 0 ? 0 : keyEnds[row - 1]!), keysAt + keyEnds[row]!),
    passageNumberAt: (row) => places[3 * row]!,
    spanAt: (row) => ({ start: places[3 * row + 1]!, end: places[3 * row + 2]! }),
    tokenCountAt: (row) => rowOffsets[row + 1]! - rowOffsets[row]!,
    lengthAt: (row) => lengths[row]!,
    fieldAt,
  };
}
