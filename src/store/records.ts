// Stored values to framed FlatBuffers bytes and back. Every field is checked after reading.

import { centreChecksum } from "../core/centre.js";
import type { Centring } from "../core/centre.js";
import { toSequence } from "../core/ids.js";
import { Builder, ByteBuffer, Encoding } from "flatbuffers";

import type { PackedTerms } from "../analysis/term-frequencies.js";
import { SluiceError } from "../core/errors.js";
import { Document as DiskDocument } from "../gen/fbs/document.js";
import { JournalPassage as DiskPassage } from "../gen/fbs/journal-passage.js";
import { Manifest as DiskManifest } from "../gen/fbs/manifest.js";
import { Segment as DiskSegment } from "../gen/fbs/segment.js";
import { readFields, writeFields } from "./field-records.js";
import { valueKinds } from "./format.js";
import { frame, framedPayload, unframe } from "./frame.js";
import type { DocumentRecord, JournalPassage, Manifest, SegmentEntry } from "./stored-values.js";

/** What `centring` of a manifest says. */
const centringKinds = { none: 0, open: 1, fixed: 2 } as const;

export function packManifest(manifest: Manifest, formatVersion?: number): Buffer {
  const { centring } = manifest;
  const builder = new Builder(1024);
  const name = builder.createString(manifest.name);
  const modelName = builder.createString(manifest.modelName ?? "");
  const fingerprint = builder.createString(manifest.modelFingerprint ?? "");
  const analyzer = builder.createString(manifest.analyzer);
  const stemmer = builder.createString(manifest.stemmer ?? "");
  const stopWords = builder.createString(manifest.stopWords ?? "");
  const direction =
    centring?.centre &&
    DiskManifest.createCentreDirectionVector(builder, centring.centre.direction);
  const entries = manifest.segments.map((segment) =>
    DiskSegment.createSegment(
      builder,
      segment.id,
      segment.passageCount,
      BigInt(segment.firstSequence),
      BigInt(segment.lastSequence),
      segment.deadCount ?? -1,
    ),
  );
  const segments = DiskManifest.createSegmentsVector(builder, entries);
  DiskManifest.startManifest(builder);
  DiskManifest.addName(builder, name);
  DiskManifest.addModelName(builder, modelName);
  DiskManifest.addModelFingerprint(builder, fingerprint);
  DiskManifest.addDim(builder, manifest.dim);
  DiskManifest.addBits(builder, manifest.bits);
  DiskManifest.addSketchBits(builder, manifest.sketchBits);
  DiskManifest.addAnalyzer(builder, analyzer);
  DiskManifest.addAnalyzerVersion(builder, manifest.analyzerVersion);
  DiskManifest.addSeed(builder, manifest.seed);
  DiskManifest.addRotationChecksum(builder, manifest.rotationChecksum);
  DiskManifest.addGeneration(builder, BigInt(manifest.generation));
  DiskManifest.addLastSequence(builder, BigInt(manifest.lastSequence));
  DiskManifest.addNextSegmentId(builder, manifest.nextSegmentId);
  DiskManifest.addSegments(builder, segments);
  DiskManifest.addJournalCount(builder, manifest.journalCount ?? -1);
  if (manifest.stemmer !== undefined) DiskManifest.addStemmer(builder, stemmer);
  if (manifest.stopWords !== undefined) DiskManifest.addStopWords(builder, stopWords);
  if (centring !== undefined) addCentring(builder, centring, direction);
  DiskManifest.addRefineBits(builder, manifest.refineBits ?? 0);
  builder.finish(DiskManifest.endManifest(builder));
  return frame(valueKinds.manifest, builder.asUint8Array(), { version: formatVersion });
}

function addCentring(builder: Builder, centring: Centring, direction: number | undefined): void {
  const { centre, rowCount, isFixed } = centring;
  DiskManifest.addCentring(builder, isFixed ? centringKinds.fixed : centringKinds.open);
  DiskManifest.addCentreRowCount(builder, rowCount);
  if (centre === undefined || direction === undefined) return;
  DiskManifest.addCentreDirection(builder, direction);
  DiskManifest.addCentreMean(builder, centre.mean);
  DiskManifest.addCentreStretch(builder, centre.stretch);
  DiskManifest.addCentreScale(builder, centre.scale);
  DiskManifest.addCentreChecksum(builder, centre.checksum);
}

/** Throws DATA_CORRUPT for a centre that is not the one that was measured. */
function readCentring(disk: DiskManifest, what: string): Centring | undefined {
  if (disk.centring() === centringKinds.none) return undefined;
  const rowCount = disk.centreRowCount();
  const isFixed = disk.centring() === centringKinds.fixed;
  const direction = disk.centreDirectionArray();
  if (direction === null) return { centre: undefined, rowCount, isFixed };
  const centre = {
    // A copy, since what is read lies in the pages of the store.
    direction: direction.slice(),
    mean: disk.centreMean(),
    stretch: disk.centreStretch(),
    scale: disk.centreScale(),
  };
  const checksum = disk.centreChecksum();
  if (centreChecksum(centre) !== checksum || direction.length !== disk.dim())
    throw new SluiceError("DATA_CORRUPT", `${what} is damaged: the centre of its codes`);
  return { centre: { ...centre, checksum }, rowCount, isFixed };
}

export function unpackManifest(framed: Buffer, what: string): Manifest {
  const disk = DiskManifest.getRootAsManifest(
    new ByteBuffer(unframe(valueKinds.manifest, framed, { what })),
  );
  const segments: SegmentEntry[] = [];
  for (let i = 0; i < disk.segmentsLength(); i += 1) {
    const segment = required(disk.segments(i), what, "segments");
    segments.push({
      id: segment.id(),
      passageCount: segment.passageCount(),
      firstSequence: toSequence(Number(segment.firstSequence())),
      lastSequence: toSequence(Number(segment.lastSequence())),
      ...(segment.deadCount() < 0 ? {} : { deadCount: segment.deadCount() }),
    });
  }
  const centring = readCentring(disk, what);
  const modelName = disk.modelName() ?? "";
  const modelFingerprint = disk.modelFingerprint() ?? "";
  return {
    name: required(disk.name(), what, "name"),
    modelName: modelName === "" ? undefined : modelName,
    modelFingerprint: modelFingerprint === "" ? undefined : modelFingerprint,
    dim: disk.dim(),
    bits: disk.bits(),
    sketchBits: disk.sketchBits(),
    analyzer: required(disk.analyzer(), what, "analyzer"),
    analyzerVersion: disk.analyzerVersion(),
    stemmer: disk.stemmer() ?? undefined,
    stopWords: disk.stopWords() ?? undefined,
    seed: disk.seed(),
    rotationChecksum: disk.rotationChecksum(),
    generation: Number(disk.generation()),
    lastSequence: toSequence(Number(disk.lastSequence())),
    nextSegmentId: disk.nextSegmentId(),
    segments,
    ...(disk.journalCount() < 0 ? {} : { journalCount: disk.journalCount() }),
    ...(centring === undefined ? {} : { centring }),
    ...(disk.refineBits() === 0 ? {} : { refineBits: disk.refineBits() }),
  };
}

export function packDocument(key: string, record: DocumentRecord): Buffer {
  const builder = new Builder(1024 + record.text.length);
  const title = builder.createString(record.title);
  const text = builder.createString(record.text);
  const fields = DiskDocument.createFieldsVector(builder, writeFields(builder, record.fields));
  const spans = DiskDocument.createSpansVector(
    builder,
    record.spans.flatMap((span) => [span.start, span.end]),
  );
  DiskDocument.startDocument(builder);
  DiskDocument.addTitle(builder, title);
  DiskDocument.addText(builder, text);
  DiskDocument.addFields(builder, fields);
  DiskDocument.addSequence(builder, BigInt(record.sequence));
  DiskDocument.addFirstPassageSequence(builder, BigInt(record.firstPassageSequence));
  DiskDocument.addSpans(builder, spans);
  builder.finish(DiskDocument.endDocument(builder));
  return frame(valueKinds.document, builder.asUint8Array(), { key });
}

export function unpackDocument(framed: Buffer, key: string): DocumentRecord {
  const what = `document "${key}"`;
  const disk = DiskDocument.getRootAsDocument(
    new ByteBuffer(unframe(valueKinds.document, framed, { what, key })),
  );
  const spans = [];
  for (let i = 0; i + 1 < disk.spansLength(); i += 2) {
    spans.push({
      start: required(disk.spans(i), what, "spans"),
      end: required(disk.spans(i + 1), what, "spans"),
    });
  }
  return {
    title: required(disk.title(), what, "title"),
    text: required(disk.text(), what, "text"),
    fields: readFields(disk, what),
    sequence: toSequence(Number(disk.sequence())),
    firstPassageSequence: toSequence(Number(disk.firstPassageSequence())),
    spans,
  };
}

export function packJournalPassage(passage: JournalPassage): Buffer {
  const { refineCodes } = passage;
  const lists = passage.codes.length + passage.joined.length + 8 * passage.positions.length;
  const vectors = (passage.rows?.byteLength ?? 0) + (refineCodes?.length ?? 0);
  const builder = new Builder(1024 + lists + vectors);
  const key = builder.createString(passage.key);
  const codes = builder.createByteVector(passage.codes);
  const sketch = builder.createByteVector(passage.sketch);
  const terms = builder.createString(passage.joined);
  const rows = passage.rows && builder.createByteVector(bytesOf(passage.rows));
  const refined = refineCodes && builder.createByteVector(refineCodes);
  const counts = DiskPassage.createCountsVector(builder, passage.counts);
  const positions = DiskPassage.createPositionsVector(builder, passage.positions);
  DiskPassage.startJournalPassage(builder);
  DiskPassage.addKey(builder, key);
  DiskPassage.addPassageNumber(builder, passage.passageNumber);
  DiskPassage.addSpanStart(builder, passage.span.start);
  DiskPassage.addSpanEnd(builder, passage.span.end);
  DiskPassage.addRowCount(builder, passage.tokenCount);
  DiskPassage.addCodes(builder, codes);
  DiskPassage.addSketch(builder, sketch);
  DiskPassage.addCounts(builder, counts);
  DiskPassage.addLength(builder, passage.length);
  DiskPassage.addJoinedTerms(builder, terms);
  DiskPassage.addPositions(builder, positions);
  if (rows !== undefined) DiskPassage.addRows(builder, rows);
  if (refined !== undefined) DiskPassage.addRefineCodes(builder, refined);
  builder.finish(DiskPassage.endJournalPassage(builder));
  return frame(valueKinds.journalPassage, builder.asUint8Array());
}

/** What is inside a packed passage that this program has just made: views, not checked. */
export function packedViews(
  framed: Buffer,
): Pick<JournalPassage, "codes" | "refineCodes" | "sketch"> & { readonly terms: PackedTerms } {
  const disk = DiskPassage.getRootAsJournalPassage(new ByteBuffer(framedPayload(framed)));
  return {
    terms: readTerms(disk, "a packed passage"),
    codes: required(disk.codesArray(), "a packed passage", "codes"),
    refineCodes: disk.refineCodesArray() ?? undefined,
    sketch: required(disk.sketchArray(), "a packed passage", "sketch"),
  };
}

export function unpackJournalPassage(framed: Buffer, what: string): JournalPassage {
  const disk = DiskPassage.getRootAsJournalPassage(
    new ByteBuffer(unframe(valueKinds.journalPassage, framed, { what })),
  );
  const rows = disk.rowsArray();
  const refineCodes = disk.refineCodesArray();
  return {
    key: required(disk.key(), what, "key"),
    passageNumber: disk.passageNumber(),
    span: { start: disk.spanStart(), end: disk.spanEnd() },
    tokenCount: disk.rowCount(),
    codes: required(disk.codesArray(), what, "codes"),
    sketch: required(disk.sketchArray(), what, "sketch"),
    ...readTerms(disk, what),
    ...(rows === null ? {} : { rows: readRows(rows) }),
    ...(refineCodes === null ? {} : { refineCodes }),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A copy, since the bytes may lie at any place. */
function readRows(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}

function readTerms(disk: DiskPassage, what: string): PackedTerms {
  return {
    joined: readJoinedTerms(disk, what),
    counts: disk.countsArray() ?? new Uint32Array(),
    positions: disk.positionsArray() ?? new Uint32Array(),
    length: disk.length(),
  };
}

function readJoinedTerms(disk: DiskPassage, what: string): Uint8Array {
  const joined = disk.joinedTerms(Encoding.UTF8_BYTES);
  if (joined instanceof Uint8Array)
    return new Uint8Array(joined.buffer, joined.byteOffset, joined.length);
  const terms = Array.from({ length: disk.termsLength() }, (_, i) =>
    required(disk.terms(i), what, "terms"),
  );
  return new TextEncoder().encode(terms.map((term) => `${term}\n`).join(""));
}

function required<T>(value: T | null, what: string, field: string): T {
  if (value === null) throw new SluiceError("DATA_CORRUPT", `${what} is damaged: no ${field}`);
  return value;
}
