// Merges the tables of several segments into those of one, leaving out deleted passages. A section
// that is added to segments adds its merger here; token codes are merged in segment-build.ts.

import { assert } from "../core/assert.js";
import { isBitSet } from "./bm25/bits.js";
import { mergePostings } from "./bm25/postings-merge.js";
import type { PostingsSections } from "./bm25/postings-format.js";
import { PostingsReader } from "./bm25/postings-reader.js";
import { mergeColumns } from "./columns/columns-writer.js";
import {
  joinSections,
  numbersOf,
  postingsSectionsOf,
  rowCountOf,
  sectionOf,
} from "./segment-format.js";
import type { SectionName, Sections } from "./segment-format.js";

/** One segment that is merged. */
export interface MergeInput {
  readonly tables: SharedArrayBuffer;
  /** Bit set: the row is left out. Undefined: none is. */
  readonly tombstones: Uint8Array | undefined;
  /** Row of the result that each row becomes, or `droppedRow`; rises over the rows that live. */
  readonly newRows: Uint32Array;
}

export const droppedRow = 0xffffffff;

/** Makes some sections of the result, of `rowCount` rows, from those of the inputs, in turn. */
export type SectionMerger<Name extends SectionName> = (
  inputs: readonly MergeInput[],
  rowCount: number,
) => Pick<Sections, Name>;

/**
 * Rows of the result: the live rows of the first input in their order, then those of the second, ...
 * The bytes equal those of `writeSegment` for the same passages, so merging is deterministic and never
 * changes a score. `inputs` by rising sequence, their ranges apart. O(bytes + t inputs) for t terms.
 */
export function mergeTables(inputs: readonly MergeInput[]): SharedArrayBuffer {
  const rowCount = liveRowCount(inputs);
  const sections: Sections = {
    ...mergePassages(inputs, rowCount),
    ...mergeKeys(inputs, rowCount),
    ...mergeSketches(inputs, rowCount),
    ...mergeTerms(inputs, rowCount),
    ...mergeFields(inputs, rowCount),
  };
  return joinSections(rowCount, sections);
}

/** Segments as merge inputs: the rows that live are numbered through, from 0. */
export function toMergeInputs(
  segments: readonly Pick<MergeInput, "tables" | "tombstones">[],
): MergeInput[] {
  let next = 0;
  return segments.map(({ tables, tombstones }) => {
    sectionOf(tables, "sequences");
    const newRows = new Uint32Array(rowCountOf(tables));
    for (let row = 0; row < newRows.length; row += 1)
      newRows[row] = tombstones !== undefined && isBitSet(tombstones, row) ? droppedRow : next++;
    return { tables, tombstones, newRows };
  });
}

export function liveRowCount(inputs: readonly Pick<MergeInput, "newRows">[]): number {
  let count = 0;
  for (const { newRows } of inputs) for (const row of newRows) if (row !== droppedRow) count += 1;
  return count;
}

const mergePassages: SectionMerger<"sequences" | "rowOffsets" | "passages"> = (
  inputs,
  rowCount,
) => {
  const sequences = new Float64Array(rowCount);
  const rowOffsets = new Uint32Array(rowCount + 1);
  const passages = new Uint32Array(3 * rowCount);
  for (const { tables, newRows } of inputs) {
    const section = sectionOf(tables, "sequences");
    const from = {
      sequences: new Float64Array(section.buffer, section.byteOffset, newRows.length),
      rowOffsets: numbersOf(tables, "rowOffsets"),
      passages: numbersOf(tables, "passages"),
    };
    for (const [row, to] of newRows.entries()) {
      if (to === droppedRow) continue;
      sequences[to] = from.sequences[row]!;
      assert(to === 0 || sequences[to - 1]! < sequences[to], "merged sequences rise");
      rowOffsets[to + 1] = rowOffsets[to]! + from.rowOffsets[row + 1]! - from.rowOffsets[row]!;
      passages.set(from.passages.subarray(3 * row, 3 * row + 3), 3 * to);
    }
  }
  return {
    sequences: bytesOf(sequences),
    rowOffsets: bytesOf(rowOffsets),
    passages: bytesOf(passages),
  };
};

const mergeKeys: SectionMerger<"keyEnds" | "keys"> = (inputs, rowCount) => {
  const keyEnds = new Uint32Array(rowCount);
  const keys: Uint8Array[] = [];
  let end = 0;
  for (const { tables, newRows } of inputs) {
    const ends = numbersOf(tables, "keyEnds");
    const bytes = sectionOf(tables, "keys");
    for (const [row, to] of newRows.entries()) {
      if (to === droppedRow) continue;
      const key = bytes.subarray(row === 0 ? 0 : ends[row - 1]!, ends[row]);
      keys.push(key);
      end += key.length;
      keyEnds[to] = end;
    }
  }
  return { keyEnds: bytesOf(keyEnds), keys: Buffer.concat(keys) };
};

const mergeSketches: SectionMerger<"sketches"> = (inputs) => {
  const rows: Uint8Array[] = [];
  for (const { tables, newRows } of inputs) {
    const sketches = sectionOf(tables, "sketches");
    const rowBytes = newRows.length === 0 ? 0 : sketches.length / newRows.length;
    for (const [row, to] of newRows.entries())
      if (to !== droppedRow) rows.push(sketches.subarray(row * rowBytes, (row + 1) * rowBytes));
  }
  return { sketches: Buffer.concat(rows) };
};

const mergeTerms: SectionMerger<keyof PostingsSections> = (inputs) =>
  mergePostings(
    inputs.map(({ tables, tombstones }) => ({
      reader: new PostingsReader(postingsSectionsOf(tables)),
      tombstones,
    })),
  );

const mergeFields: SectionMerger<"columns"> = (inputs, rowCount) => ({
  columns: mergeColumns(
    inputs.map(({ tables, newRows }) => ({ columns: sectionOf(tables, "columns"), newRows })),
    rowCount,
  ),
});

function bytesOf(values: Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
