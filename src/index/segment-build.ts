// Makes segments, from the journal or from other segments, and stores them under ids that no manifest
// names yet. Runs in the maintenance worker: this is the heavy part of a flush or a merge.

import { assert } from "../core/assert.js";
import { asDamage } from "../core/errors.js";
import { mappedBytesMin } from "../store/segment-store.js";
import type { SegmentStore } from "../store/segment-store.js";
import type { CodesReader, SegmentCodes } from "./segment-codes.js";
import { createDocumentFields } from "./document-fields.js";
import { numbersOf } from "./segment-format.js";
import { droppedRow, liveRowCount, mergeTables, toMergeInputs } from "./segment-merge.js";
import type { MergeInput } from "./segment-merge.js";
import type { Tombstones } from "./segment-parts.js";
import { joinBytes, toSegmentPassage, writeSegment } from "./segment-writer.js";
import type { SegmentPassage } from "./segment-writer.js";

/** Crosses threads: bytes as shared memory, or as names of what is stored. */
export type BuildJob = FlushJob | MergeJob;

interface JobBase {
  /** Folder of the collection's environment. */
  readonly folder: string;
  /** Id under which the segment is stored. */
  readonly segmentId: number;
}

/** Makes a segment of journal passages. */
export interface FlushJob extends JobBase {
  readonly kind: "flush";
  /** Rising. One that was deleted meanwhile is left out. */
  readonly sequences: Float64Array;
}

/** Makes a segment of the live rows of others. */
export interface MergeJob extends JobBase {
  readonly kind: "merge";
  readonly tokenRowBytes: number;
  /** By rising sequence. */
  readonly inputs: readonly MergeSource[];
}

export interface MergeSource {
  readonly segmentId: number;
  readonly tables: SharedArrayBuffer;
  readonly codes: SegmentCodes;
  readonly tombstones: Tombstones;
}

export type BuildResult =
  | BuiltSegment
  /** No passage lives; nothing is stored. */
  | { readonly kind: "empty" }
  /** The codes of this input do not match their checksums; nothing is stored. */
  | { readonly kind: "damaged"; readonly segmentId: number; readonly message: string };

export interface BuiltSegment {
  readonly kind: "built";
  readonly tables: SharedArrayBuffer;
  /** Undefined: so large that they are scored in the map, see segment-codes.ts. */
  readonly codes: SharedArrayBuffer | undefined;
  readonly codeBytes: number;
}

/** The segment is on disk when it resolves. Rejects with DISK_FULL or DATA_CORRUPT (the journal). */
export async function buildSegment(
  job: BuildJob,
  { store, reader }: { readonly store: SegmentStore; readonly reader: CodesReader },
): Promise<BuildResult> {
  const made = job.kind === "flush" ? flushed(job, store) : merged(job, reader);
  if (made.kind !== "made") return made;
  const { tables, codes } = made;
  await store.writeSegment(job.segmentId, { tables: new Uint8Array(tables), codes });
  let codeBytes = 0;
  for (const piece of codes) codeBytes += piece.length;
  const shared = codeBytes > mappedBytesMin ? undefined : joinBytes(codes);
  return { kind: "built", tables, codeBytes, codes: shared };
}

type Made = MadeSegment | Exclude<BuildResult, BuiltSegment>;

interface MadeSegment {
  readonly kind: "made";
  readonly tables: SharedArrayBuffer;
  /** Views, in turn. */
  readonly codes: readonly Uint8Array[];
}

function flushed({ sequences }: FlushJob, store: SegmentStore): Made {
  const passages: SegmentPassage[] = [];
  const fieldsOf = createDocumentFields((key) => store.documentFields(key));
  for (const sequence of sequences) {
    const passage = store.journalPassage(sequence);
    if (passage === undefined) continue;
    passages.push(toSegmentPassage(sequence, passage, fieldsOf(passage.key)));
  }
  if (passages.length === 0) return { kind: "empty" };
  const { tables, codes } = writeSegment(passages);
  return { kind: "made", tables, codes: [new Uint8Array(codes)] };
}

function merged(job: MergeJob, reader: CodesReader): Made {
  const inputs = toMergeInputs(
    job.inputs.map(({ tables, tombstones }) => ({
      tables,
      tombstones: tombstones && new Uint8Array(tombstones),
    })),
  );
  if (liveRowCount(inputs) === 0) return { kind: "empty" };
  const codes: Uint8Array[] = [];
  for (const [i, source] of job.inputs.entries()) {
    try {
      codes.push(...liveCodes(job, source, inputs[i], reader));
    } catch (error) {
      return { kind: "damaged", segmentId: source.segmentId, message: asDamage(error).message };
    }
  }
  return { kind: "made", tables: mergeTables(inputs), codes };
}

/** Views of the live rows' codes, neighbors as one. What is copied is checked first. */
function liveCodes(
  { tokenRowBytes }: MergeJob,
  { tables, codes }: MergeSource,
  input: MergeInput | undefined,
  reader: CodesReader,
): Uint8Array[] {
  assert(input !== undefined, "one input a source");
  const bytes = reader.bytesOf(codes);
  const offsets = numbersOf(tables, "rowOffsets");
  const { newRows } = input;
  const pieces: Uint8Array[] = [];
  for (let row = 0; row < newRows.length;) {
    const first = row;
    while (row < newRows.length && newRows[row] !== droppedRow) row += 1;
    if (row === first) {
      row += 1;
      continue;
    }
    const range = { start: offsets[first]! * tokenRowBytes, end: offsets[row]! * tokenRowBytes };
    reader.check(codes, range);
    pieces.push(bytes.subarray(range.start, range.end));
  }
  return pieces;
}
