// Makes segments, from the journal or from other segments, and stores them under ids that no
// manifest names yet. Runs in the maintenance worker: this is the heavy part of a flush or a merge.

import { toSequence } from "../core/ids.js";
import { createAnalyzer } from "../analysis/analyzer.js";
import type { AnalyzerSettings } from "../analysis/settings.js";
import { present } from "../core/assert.js";
import { asDamage } from "../core/errors.js";
import { mappedBytesMin } from "../store/segment-store.js";
import type { SegmentStore } from "../store/segment-store.js";
import type { CodesReader, SegmentCodes } from "./segment-codes.js";
import type { TokenBytes } from "./flushed-segment.js";
import { isBitSet } from "./bm25/bits.js";
import { PostingsReader } from "./bm25/postings-reader.js";
import { writePostings } from "./bm25/postings-writer.js";
import {
  joinSections,
  numbersOf,
  postingsSectionsOf,
  sectionNames,
  sectionOf,
} from "./segment-format.js";
import type { Sections } from "./segment-format.js";
import { droppedOrdinal, livePassageCount, mergeTables, toMergeInputs } from "./segment-merge.js";
import type { MergeInput } from "./segment-merge.js";
import type { Tombstones } from "./segment-parts.js";
import { termsAnew } from "./terms-anew.js";
import type { DocumentRecord } from "../store/stored-values.js";
import {
  createDocumentFields,
  joinBytes,
  toSegmentPassage,
  writeSegment,
} from "./segment-writer.js";
import type { SegmentPassage } from "./segment-writer.js";

/** Crosses threads: bytes as shared memory, or as names of what is stored. */
export type BuildJob = FlushJob | MergeJob | TermsJob;

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

/** Makes a segment of the live passages of others. */
export interface MergeJob extends JobBase {
  readonly kind: "merge";
  readonly tokenBytes: TokenBytes;
  /** By rising sequence. */
  readonly inputs: readonly MergeSource[];
}

/** Makes a segment with the passages of another, whose terms another analyzer makes. */
export interface TermsJob extends JobBase {
  readonly kind: "terms";
  readonly source: MergeSource;
  readonly from: AnalyzerSettings;
  readonly to: AnalyzerSettings;
}

export interface MergeSource {
  readonly segmentId: number;
  readonly tables: SharedArrayBuffer;
  readonly codes: SegmentCodes;
  /** Absent when the collection has no refine plane. */
  readonly refineCodes: SegmentCodes | undefined;
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
  readonly codes: BuiltCodes;
  /** Absent when the collection has no refine plane. */
  readonly refineCodes: BuiltCodes | undefined;
}

export interface BuiltCodes {
  readonly byteLength: number;
  /** Absent when they are so large that they are scored in the memory map, see segment-codes.ts. */
  readonly shared: SharedArrayBuffer | undefined;
}

/**
 * The segment is on disk when it resolves. Rejects with DISK_FULL or DATA_CORRUPT (the journal).
 */
export async function buildSegment(
  job: BuildJob,
  { store, reader }: { readonly store: SegmentStore; readonly reader: CodesReader },
): Promise<BuildResult> {
  const made = make(job, store, reader);
  if (made.kind !== "made") return made;
  const { tables, codes, refineCodes } = made;
  await store.writeSegment(job.segmentId, { tables: new Uint8Array(tables), codes, refineCodes });
  const refined = refineCodes && toBuilt(refineCodes);
  return { kind: "built", tables, codes: toBuilt(codes), refineCodes: refined };
}

function toBuilt(pieces: readonly Uint8Array[]): BuiltCodes {
  let byteLength = 0;
  for (const piece of pieces) byteLength += piece.length;
  return { byteLength, shared: byteLength > mappedBytesMin ? undefined : joinBytes(pieces) };
}

function make(job: BuildJob, store: SegmentStore, reader: CodesReader): Made {
  switch (job.kind) {
    case "flush":
      return flushed(job, store);
    case "merge":
      return merged(job, reader);
    case "terms":
      return withTermsAnew(job, store, reader);
  }
}

type Made = MadeSegment | Exclude<BuildResult, BuiltSegment>;

interface MadeSegment {
  readonly kind: "made";
  readonly tables: SharedArrayBuffer;
  /** Views, in turn. */
  readonly codes: readonly Uint8Array[];
  readonly refineCodes: readonly Uint8Array[] | undefined;
}

function flushed({ sequences }: FlushJob, store: SegmentStore): Made {
  const passages: SegmentPassage[] = [];
  const fieldsOf = createDocumentFields((key) => store.readDocument(key)?.fields);
  for (const value of sequences) {
    const sequence = toSequence(value);
    const passage = store.journalPassage(sequence);
    if (passage === undefined) continue;
    passages.push(toSegmentPassage(sequence, passage, fieldsOf(passage.key)));
  }
  if (passages.length === 0) return { kind: "empty" };
  const { tables, codes, refineCodes } = writeSegment(passages);
  const refined = refineCodes && [new Uint8Array(refineCodes)];
  return { kind: "made", tables, codes: [new Uint8Array(codes)], refineCodes: refined };
}

/** Passages that are deleted stay where they are, without terms. */
function withTermsAnew(
  { source, from, to }: TermsJob,
  store: SegmentStore,
  reader: CodesReader,
): Made {
  const { segmentId, tables } = source;
  const dead = source.tombstones && new Uint8Array(source.tombstones);
  let planes: Pick<MadeSegment, "codes" | "refineCodes">;
  try {
    planes = {
      codes: [checkedBytes(source.codes, reader)],
      refineCodes: source.refineCodes && [checkedBytes(source.refineCodes, reader)],
    };
  } catch (error) {
    return { kind: "damaged", segmentId, message: asDamage(error).message };
  }
  const change = { from: createAnalyzer(from), to: createAnalyzer(to) };
  const places = numbersOf(tables, "passages");
  const keyEnds = numbersOf(tables, "keyEnds");
  const keys = Buffer.from(sectionOf(tables, "keys"));
  const { lengths, ordinalCount } = new PostingsReader(postingsSectionsOf(tables));
  // A document's passages follow one another.
  let last: { readonly key: string; readonly record: DocumentRecord | undefined } | undefined;
  const terms = Array.from({ length: ordinalCount }, (_, ordinal) => {
    const key = keys.toString("utf8", ordinal === 0 ? 0 : keyEnds[ordinal - 1]!, keyEnds[ordinal]);
    const span = { start: places[3 * ordinal + 1]!, end: places[3 * ordinal + 2]! };
    const isDead = dead !== undefined && isBitSet(dead, ordinal);
    if (!isDead && last?.key !== key) last = { key, record: store.readDocument(key) };
    return termsAnew(
      { span, length: lengths[ordinal]! },
      isDead ? undefined : last?.record,
      change,
    );
  });
  const before = Object.fromEntries(
    sectionNames.map((name) => [name, sectionOf(tables, name)]),
  ) as Sections;
  const sections = { ...before, ...writePostings(terms) };
  return { kind: "made", tables: joinSections(ordinalCount, sections), ...planes };
}

function checkedBytes(codes: SegmentCodes, reader: CodesReader): Uint8Array {
  const bytes = reader.bytesOf(codes);
  reader.check(codes, { start: 0, end: bytes.length });
  return bytes;
}

function merged(job: MergeJob, reader: CodesReader): Made {
  const inputs = toMergeInputs(
    job.inputs.map(({ tables, tombstones }) => ({
      tables,
      tombstones: tombstones && new Uint8Array(tombstones),
    })),
  );
  if (livePassageCount(inputs) === 0) return { kind: "empty" };
  const { codes: tokenBytes, refineCodes: refineBytes } = job.tokenBytes;
  const codes: Uint8Array[] = [];
  const refineCodes: Uint8Array[] | undefined = refineBytes === undefined ? undefined : [];
  for (const [i, { segmentId, tables, ...source }] of job.inputs.entries()) {
    const live = { tables, newOrdinals: present(inputs[i], "one input a source").newOrdinals };
    try {
      codes.push(...liveCodes(source.codes, tokenBytes, live, reader));
      if (source.refineCodes !== undefined && refineBytes !== undefined)
        refineCodes?.push(...liveCodes(source.refineCodes, refineBytes, live, reader));
    } catch (error) {
      return { kind: "damaged", segmentId, message: asDamage(error).message };
    }
  }
  return { kind: "made", tables: mergeTables(inputs), codes, refineCodes };
}

/** Views of the live passages' codes, neighbors as one. What is copied is checked first. */
function liveCodes(
  codes: SegmentCodes,
  tokenBytes: number,
  { tables, newOrdinals }: Pick<MergeInput, "tables" | "newOrdinals">,
  reader: CodesReader,
): Uint8Array[] {
  const bytes = reader.bytesOf(codes);
  const offsets = numbersOf(tables, "tokenOffsets");
  const pieces: Uint8Array[] = [];
  for (let ordinal = 0; ordinal < newOrdinals.length;) {
    const first = ordinal;
    while (ordinal < newOrdinals.length && newOrdinals[ordinal] !== droppedOrdinal) ordinal += 1;
    if (ordinal === first) {
      ordinal += 1;
      continue;
    }
    const range = { start: offsets[first]! * tokenBytes, end: offsets[ordinal]! * tokenBytes };
    reader.check(codes, range);
    pieces.push(bytes.subarray(range.start, range.end));
  }
  return pieces;
}
