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
  ordinalCountOf,
  sectionOf,
} from "./segment-format.js";
import type { SectionName, Sections } from "./segment-format.js";

/** One segment that is merged. */
export interface MergeInput {
  readonly tables: SharedArrayBuffer;
  /** Bit set: the passage is left out. Absent when none is. */
  readonly tombstones: Uint8Array | undefined;
  /**
   * Ordinal in the result of each passage, or `droppedOrdinal`; rises over the passages that live.
   */
  readonly newOrdinals: Uint32Array;
}

export const droppedOrdinal = 0xffffffff;

/**
 * Makes some sections of the result, of `ordinalCount` passages, from those of the inputs, in turn.
 */
export type SectionMerger<Name extends SectionName> = (
  inputs: readonly MergeInput[],
  ordinalCount: number,
) => Pick<Sections, Name>;

/**
 * Passages of the result: the live ones of the first input in their order, then those of the
 * second, ... The bytes equal those of `writeSegment` for the same passages, so merging is
 * deterministic and never changes a score. `inputs` by rising sequence, their ranges apart. O(bytes
 * + t inputs) for t terms.
 */
export function mergeTables(inputs: readonly MergeInput[]): SharedArrayBuffer {
  const ordinalCount = livePassageCount(inputs);
  const sections: Sections = {
    ...mergePassages(inputs, ordinalCount),
    ...mergeKeys(inputs, ordinalCount),
    ...mergeSketches(inputs, ordinalCount),
    ...mergeTerms(inputs, ordinalCount),
    ...mergeFields(inputs, ordinalCount),
  };
  return joinSections(ordinalCount, sections);
}

/** Segments as merge inputs: the passages that live are numbered through, from 0. */
export function toMergeInputs(
  segments: readonly Pick<MergeInput, "tables" | "tombstones">[],
): MergeInput[] {
  let next = 0;
  return segments.map(({ tables, tombstones }) => {
    sectionOf(tables, "sequences");
    const newOrdinals = new Uint32Array(ordinalCountOf(tables));
    for (let ordinal = 0; ordinal < newOrdinals.length; ordinal += 1)
      newOrdinals[ordinal] =
        tombstones !== undefined && isBitSet(tombstones, ordinal) ? droppedOrdinal : next++;
    return { tables, tombstones, newOrdinals };
  });
}

export function livePassageCount(inputs: readonly Pick<MergeInput, "newOrdinals">[]): number {
  let count = 0;
  for (const { newOrdinals } of inputs)
    for (const ordinal of newOrdinals) if (ordinal !== droppedOrdinal) count += 1;
  return count;
}

const mergePassages: SectionMerger<"sequences" | "tokenOffsets" | "passages"> = (
  inputs,
  ordinalCount,
) => {
  const sequences = new Float64Array(ordinalCount);
  const tokenOffsets = new Uint32Array(ordinalCount + 1);
  const passages = new Uint32Array(3 * ordinalCount);
  for (const { tables, newOrdinals } of inputs) {
    const section = sectionOf(tables, "sequences");
    const from = {
      sequences: new Float64Array(section.buffer, section.byteOffset, newOrdinals.length),
      tokenOffsets: numbersOf(tables, "tokenOffsets"),
      passages: numbersOf(tables, "passages"),
    };
    for (const [ordinal, to] of newOrdinals.entries()) {
      if (to === droppedOrdinal) continue;
      sequences[to] = from.sequences[ordinal]!;
      assert(to === 0 || sequences[to - 1]! < sequences[to], "merged sequences rise");
      tokenOffsets[to + 1] =
        tokenOffsets[to]! + from.tokenOffsets[ordinal + 1]! - from.tokenOffsets[ordinal]!;
      passages.set(from.passages.subarray(3 * ordinal, 3 * ordinal + 3), 3 * to);
    }
  }
  return {
    sequences: bytesOf(sequences),
    tokenOffsets: bytesOf(tokenOffsets),
    passages: bytesOf(passages),
  };
};

const mergeKeys: SectionMerger<"keyEnds" | "keys"> = (inputs, ordinalCount) => {
  const keyEnds = new Uint32Array(ordinalCount);
  const keys: Uint8Array[] = [];
  let end = 0;
  for (const { tables, newOrdinals } of inputs) {
    const ends = numbersOf(tables, "keyEnds");
    const bytes = sectionOf(tables, "keys");
    for (const [ordinal, to] of newOrdinals.entries()) {
      if (to === droppedOrdinal) continue;
      const key = bytes.subarray(ordinal === 0 ? 0 : ends[ordinal - 1]!, ends[ordinal]);
      keys.push(key);
      end += key.length;
      keyEnds[to] = end;
    }
  }
  return { keyEnds: bytesOf(keyEnds), keys: Buffer.concat(keys) };
};

const mergeSketches: SectionMerger<"sketches"> = (inputs) => {
  const ordinals: Uint8Array[] = [];
  for (const { tables, newOrdinals } of inputs) {
    const sketches = sectionOf(tables, "sketches");
    const rowBytes = newOrdinals.length === 0 ? 0 : sketches.length / newOrdinals.length;
    for (const [ordinal, to] of newOrdinals.entries())
      if (to !== droppedOrdinal)
        ordinals.push(sketches.subarray(ordinal * rowBytes, (ordinal + 1) * rowBytes));
  }
  return { sketches: Buffer.concat(ordinals) };
};

const mergeTerms: SectionMerger<keyof PostingsSections> = (inputs) =>
  mergePostings(
    inputs.map(({ tables, tombstones }) => ({
      reader: new PostingsReader(postingsSectionsOf(tables)),
      tombstones,
    })),
  );

const mergeFields: SectionMerger<"columns"> = (inputs, ordinalCount) => ({
  columns: mergeColumns(
    inputs.map(({ tables, newOrdinals }) => ({
      columns: sectionOf(tables, "columns"),
      newOrdinals,
    })),
    ordinalCount,
  ),
});

function bytesOf(values: Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
