// Brings a collection's terms to the latest version of its analyzer: segments are made anew beside the
// writes, and one commit changes over.

import { createAnalyzer } from "../analysis/analyzer.js";
import { analyzerSettingsOf, analyzerVersionLatest } from "../analysis/settings.js";
import type { AnalyzerSettings } from "../analysis/settings.js";
import { SluiceError } from "../core/errors.js";
import { publishGeneration, quarantine } from "../index/collection.js";
import type { Collection, OpenedSegment } from "../index/collection.js";
import { flushedEntry } from "../index/generation.js";
import { createLiveSegment } from "../index/live-segment.js";
import { readJournal } from "../index/read-journal.js";
import type { BuiltSegment } from "../index/segment-build.js";
import type { SegmentPassage } from "../index/segment-writer.js";
import { termsAnew } from "../index/terms-anew.js";
import type { TermsChange } from "../index/terms-anew.js";
import type { JournalPassage, Manifest } from "../store/stored-values.js";
import { toSource } from "./merge.js";
import { openBuilt, takeSegmentId } from "./put-in-place.js";
import type { Exclusive } from "./put-in-place.js";
import type { SegmentBuilder } from "./segment-builder.js";

interface Parts {
  readonly builder: SegmentBuilder;
  readonly exclusive: Exclusive;
  /** Makes a segment of what is in the journal. */
  readonly flush: () => Promise<void>;
  /** Told before each segment, of so many in all. */
  readonly onSegment: (done: number, total: number) => void;
  /** Looked at before each segment; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** Passages whose terms are made between two commits, while writes wait. */
const journalRowsMax = 256;
/** Writes may come faster than their terms are made. */
const flushesMax = 3;

/**
 * Nothing else changes segments meanwhile; writes and searches go on, with terms as they were. A crash
 * leaves the state before or after the one commit. Rejects with DATA_CORRUPT, and nothing is changed,
 * when a segment or document is damaged; with DISK_FULL: each segment is stored twice meanwhile.
 */
export async function reanalyze(collection: Collection, parts: Parts): Promise<void> {
  const from = analyzerSettingsOf(collection.settings);
  if (from.analyzerVersion === analyzerVersionLatest) return;
  const to = { ...from, analyzerVersion: analyzerVersionLatest };
  const made = new Map<number, MadeSegment>();
  await parts.flush();
  await makeSegments(collection, { from, to, made }, parts);
  for (let i = 0; i < flushesMax && collection.live.rowCount > journalRowsMax; i += 1) {
    await parts.flush();
    await makeSegments(collection, { from, to, made }, parts);
  }
  const change = { from: createAnalyzer(from), to: createAnalyzer(to) };
  await parts.exclusive(() => changeOver(collection, made, change));
}

/** Takes the place of the segment that it was made of. */
interface MadeSegment {
  readonly id: number;
  readonly built: BuiltSegment;
}

interface Making {
  readonly from: AnalyzerSettings;
  readonly to: AnalyzerSettings;
  /** By the id of the segment before. */
  readonly made: Map<number, MadeSegment>;
}

async function makeSegments(
  collection: Collection,
  { from, to, made }: Making,
  { builder, exclusive, onSegment, signal }: Parts,
): Promise<void> {
  const { folder } = collection.store;
  const ids = collection.manifest.segments.map(({ id }) => id);
  for (const [done, oldId] of ids.entries()) {
    if (made.has(oldId)) continue;
    onSegment(done, ids.length);
    signal?.throwIfAborted();
    soundSegment(collection, oldId);
    const id = takeSegmentId(collection);
    const source = toSource(collection, oldId);
    const result = await builder.build({ kind: "terms", folder, segmentId: id, source, from, to });
    if (result.kind === "damaged") {
      await exclusive(() => quarantine(collection, result));
      throw new SluiceError("DATA_CORRUPT", result.message);
    }
    if (result.kind === "built") made.set(oldId, { id, built: result });
  }
}

function soundSegment({ flushed, store }: Collection, id: number): OpenedSegment {
  const opened = flushed.get(id);
  if (opened !== undefined && opened.isDamaged !== true) return opened;
  throw new SluiceError(
    "DATA_CORRUPT",
    `segment ${id} of ${store.folder} is damaged; repair it before terms are made anew`,
  );
}

/** Run alone. */
async function changeOver(
  collection: Collection,
  made: ReadonlyMap<number, MadeSegment>,
  change: TermsChange,
): Promise<void> {
  const replaced = collection.manifest.segments.map(({ id: oldId }) => {
    const before = soundSegment(collection, oldId);
    const next = made.get(oldId);
    if (next === undefined) throw new Error("every segment was made anew");
    const segment = openBuilt(collection, next.id, next.built);
    const { tombstones } = before.entry.part;
    return { oldId, opened: { segment, entry: flushedEntry(segment, tombstones) }, tombstones };
  });
  const passages = journalAnew(collection, change);
  const manifest = manifestAnew(collection, made, change);
  await collection.store.commit({
    manifest,
    journalPuts: new Map(passages.map((passage) => [passage.sequence, toJournal(passage)])),
    tombstonePuts: new Map(
      replaced.flatMap(({ opened, tombstones }) =>
        tombstones === undefined ? [] : [[opened.segment.id, new Uint8Array(tombstones)]],
      ),
    ),
  });
  collection.manifest = manifest;
  collection.settings = { ...collection.settings, ...change.to.settings };
  for (const { oldId, opened } of replaced) {
    collection.flushed.delete(oldId);
    collection.obsolete.add(oldId);
    collection.obsolete.delete(opened.segment.id);
    collection.flushed.set(opened.segment.id, opened);
  }
  collection.live = createLiveSegment();
  collection.liveTombstones = undefined;
  for (const passage of passages) collection.live.append(passage);
  publishGeneration(collection);
}

function manifestAnew(
  { manifest, nextSegmentId }: Collection,
  made: ReadonlyMap<number, MadeSegment>,
  { to }: TermsChange,
): Manifest {
  return {
    ...manifest,
    ...to.settings,
    generation: manifest.generation + 1,
    nextSegmentId,
    segments: manifest.segments.map((entry) => ({
      ...entry,
      id: made.get(entry.id)?.id ?? entry.id,
    })),
  };
}

function journalAnew({ store }: Collection, change: TermsChange): SegmentPassage[] {
  const fail = (error: SluiceError): never => {
    throw error;
  };
  return Array.from(readJournal(store, { passage: fail, fields: fail }), (passage) => {
    const { span, terms, key } = passage;
    const analyzed = { span, length: terms.length };
    return { ...passage, terms: termsAnew(analyzed, store.readDocument(key), change) };
  });
}

function toJournal(passage: SegmentPassage): JournalPassage {
  const { key, passageNumber, span, rowCount, codes, sketch, terms } = passage;
  return { key, passageNumber, span, rowCount, codes, sketch, ...terms };
}
