// An immutable segment in shared memory, as the main thread reads it.

import { toSequence } from "../core/ids.js";
import type { PassageOrdinal, Sequence } from "../core/ids.js";
import { SluiceError } from "../core/errors.js";
import { PostingsReader } from "./bm25/postings-reader.js";
import { columnNames, createFieldLookup } from "./columns/columns-reader.js";
import { findSequence } from "./passage-table.js";
import type { PassageTable } from "./passage-table.js";
import { numbersOf, postingsSectionsOf, ordinalCountOf, sectionOf } from "./segment-format.js";
import type { SegmentCodes } from "./segment-codes.js";
import type { CodePlane } from "../store/stored-values.js";

export interface FlushedSegment extends PassageTable {
  readonly id: number;
  readonly tables: SharedArrayBuffer;
  readonly codes: SegmentCodes;
  /** Absent when the collection has no refine plane. */
  readonly refineCodes?: SegmentCodes | undefined;
}

/** Bytes of one packed token vector in each plane; the refine plane may be absent. */
export type TokenBytes = Readonly<Partial<Record<CodePlane, number | undefined>>> & {
  readonly codes: number;
};

/** Token vectors that belong to these tables. */
export function tokenTotalOf(tables: SharedArrayBuffer): number {
  return numbersOf(tables, "tokenOffsets").at(-1) ?? 0;
}

/** Throws DATA_CORRUPT when sections and codes do not belong together. O(1). */
export function openFlushedSegment(
  id: number,
  bytes: Pick<FlushedSegment, "tables" | "codes" | "refineCodes">,
  tokenBytes: TokenBytes,
): FlushedSegment {
  const { tables, codes, refineCodes } = bytes;
  const sequenceBytes = sectionOf(tables, "sequences");
  const ordinalCount = ordinalCountOf(tables);
  const tokenOffsets = numbersOf(tables, "tokenOffsets");
  const places = numbersOf(tables, "passages");
  const keyEnds = numbersOf(tables, "keyEnds");
  const keyBytes = sectionOf(tables, "keys");
  const { lengths, lengthTotal } = new PostingsReader(postingsSectionsOf(tables));
  const fieldAt = createFieldLookup(sectionOf(tables, "columns"));
  const isWhole =
    sequenceBytes.length === 8 * ordinalCount &&
    tokenOffsets.length === ordinalCount + 1 &&
    places.length === 3 * ordinalCount &&
    keyEnds.length === ordinalCount &&
    (keyEnds.at(-1) ?? 0) === keyBytes.length &&
    sectionOf(tables, "sketches").length % Math.max(1, ordinalCount) === 0 &&
    lengths.length === ordinalCount;
  if (!isWhole)
    throw new SluiceError("DATA_CORRUPT", `segment ${id}: its tables disagree on their passages`);
  for (const plane of ["codes", "refineCodes"] as const)
    if (tokenOffsets[ordinalCount]! * (tokenBytes[plane] ?? 0) !== (bytes[plane]?.byteLength ?? 0))
      throw new SluiceError(
        "DATA_CORRUPT",
        `segment ${id}: ${plane} and tables do not belong together`,
      );
  const sequences = new Float64Array(sequenceBytes.buffer, sequenceBytes.byteOffset, ordinalCount);
  const keys = Buffer.from(tables);
  const keysAt = keyBytes.byteOffset;
  const table = {
    ordinalCount,
    sequenceAt: (ordinal: PassageOrdinal): Sequence => toSequence(sequences[ordinal]!),
  };
  return {
    ...table,
    id,
    tables,
    codes,
    refineCodes,
    tokenTotal: tokenOffsets[ordinalCount]!,
    lengthTotal,
    ordinalOf: (sequence) => findSequence(table, sequence),
    keyAt: (ordinal) =>
      keys.toString(
        "utf8",
        keysAt + (ordinal === 0 ? 0 : keyEnds[ordinal - 1]!),
        keysAt + keyEnds[ordinal]!,
      ),
    passageNumberAt: (ordinal) => places[3 * ordinal]!,
    spanAt: (ordinal) => ({ start: places[3 * ordinal + 1]!, end: places[3 * ordinal + 2]! }),
    tokenCountAt: (ordinal) => tokenOffsets[ordinal + 1]! - tokenOffsets[ordinal]!,
    lengthAt: (ordinal) => lengths[ordinal]!,
    fieldAt,
    fieldNames: () => columnNames(sectionOf(tables, "columns")),
  };
}
