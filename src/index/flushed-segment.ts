// An immutable segment in shared memory, as the main thread reads it.

import { SluiceError } from "../core/errors.js";
import { findSequence } from "./passage-table.js";
import type { PassageTable } from "./passage-table.js";
import { numbersOf, rowCountOf, sectionOf } from "./segment-format.js";
import type { WrittenSegment } from "./segment-writer.js";

export interface FlushedSegment extends PassageTable {
  readonly id: number;
  readonly tables: SharedArrayBuffer;
  readonly codes: SharedArrayBuffer;
}

/** `tokenRowBytes`: bytes of one packed token row, to check that codes and tables belong together. */
export function openFlushedSegment(
  id: number,
  { tables, codes }: WrittenSegment,
  tokenRowBytes: number,
): FlushedSegment {
  const rowCount = rowCountOf(tables);
  const sequenceBytes = sectionOf(tables, "sequences");
  const sequences = new Float64Array(sequenceBytes.buffer, sequenceBytes.byteOffset, rowCount);
  const rowOffsets = numbersOf(tables, "rowOffsets");
  const places = numbersOf(tables, "passages");
  const keyEnds = numbersOf(tables, "keyEnds");
  const keys = Buffer.from(tables);
  const keysAt = sectionOf(tables, "keys").byteOffset;
  // The lengths section begins with a header of 16 bytes: see bm25/postings-format.ts.
  const lengths = numbersOf(tables, "lengths").subarray(4);
  if (
    rowOffsets.length !== rowCount + 1 ||
    rowOffsets[rowCount]! * tokenRowBytes !== codes.byteLength
  )
    throw new SluiceError("DATA_CORRUPT", `segment ${id}: codes and tables do not belong together`);
  const table = {
    rowCount,
    sequenceAt: (row: number) => sequences[row]!,
  };
  return {
    ...table,
    id,
    tables,
    codes,
    rowOf: (sequence) => findSequence(table, sequence),
    keyAt: (row) =>
      keys.toString("utf8", keysAt + (row === 0 ? 0 : keyEnds[row - 1]!), keysAt + keyEnds[row]!),
    passageNumberAt: (row) => places[3 * row]!,
    spanAt: (row) => ({ start: places[3 * row + 1]!, end: places[3 * row + 2]! }),
    tokenCountAt: (row) => rowOffsets[row + 1]! - rowOffsets[row]!,
    lengthAt: (row) => lengths[row]!,
  };
}
