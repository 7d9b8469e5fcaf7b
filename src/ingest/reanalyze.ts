// Brings a collection's terms to the latest version of its analyzer: segments are made anew beside
// the writes, and one commit changes over.

import { createAnalyzer } from "../analysis/analyzer.js";
import { analyzerSettingsOf, analyzerVersionLatest } from "../analysis/settings.js";
import type { AnalyzerSettings } from "../analysis/settings.js";
import { SluiceError } from "../core/errors.js";
import type { Collection, OpenedSegment, WritableCollection } from "../index/collection.js";
import { flushedEntry } from "../index/generation.js";
import { readJournal } from "../index/read-journal.js";
import type { BuiltSegment } from "../index/segment-build.js";
import type { SegmentPassage } from "../index/segment-writer.js";
import { termsAnew } from "../index/terms-anew.js";
import type { TermsChange } from "../index/terms-anew.js";
import type { Manifest } from "../store/stored-values.js";
import { toSource } from "./merge.js";
import { openBuilt, tombstonePutsOf } from "./commit-segment.js";
import type { Exclusive } from "./commit-segment.js";
import type { SegmentBuilder } from "./segment-builder.js";
import { toJournal } from "./write-plan.js";

interface Parts {
  readonly builder: SegmentBuilder;
  readonly exclusive: Exclusive;
  /** Makes a segment of what is in the journal. */
  readonly flush: () => Promise<void>;
  /** Called before each segment: how many are done, and how many there are. */
  readonly onSegment: (done: number, total: number) => void;
  /** Checked before each segment; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** Passages whose terms are made between two commits, while writes wait. */
const journalPassagesMax = 256;
/** Writes may arrive faster than their terms are made. */
const flushesMax = 3;

/**
 * Nothing else changes segments meanwhile; writes and searches go on, with terms as they were. A
 * crash leaves the state before or after the one commit. Rejects with DATA_CORRUPT, and nothing is
 * changed, when a segment or document is damaged; with DISK_FULL: each segment is stored twice
 * meanwhile.
 */
export async function reanalyze(collection: WritableCollection, parts: Parts): Promise<void> {
  const from = analyzerSettingsOf(collection.view.settings);
  if (from.analyzerVersion === analyzerVersionLatest) return;
  const to = { ...from, analyzerVersion: analyzerVersionLatest };
  const made = new Map<number, MadeSegment>();
  await parts.flush();
  await makeSegments(collection, { from, to, made }, parts);
  for (
    let i = 0;
    i < flushesMax && collection.view.live.ordinalCount > journalPassagesMax;
    i += 1
  ) {
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
  collection: WritableCollection,
  { from, to, made }: Making,
  { builder, exclusive, onSegment, signal }: Parts,
): Promise<void> {
  const { view } = collection;
  const { folder } = view.store;
  const ids = view.manifest.segments.map(({ id }) => id);
  for (const [done, oldId] of ids.entries()) {
    if (made.has(oldId)) continue;
    onSegment(done, ids.length);
    signal?.throwIfAborted();
    soundSegment(view, oldId);
    const id = collection.takeSegmentId();
    const source = toSource(view, oldId);
    const result = await builder.build({ kind: "terms", folder, segmentId: id, source, from, to });
    if (result.kind === "damaged") {
      await exclusive(() => collection.quarantine(result));
      throw new SluiceError("DATA_CORRUPT", result.message);
    }
    if (result.kind === "built") made.set(oldId, { id, built: result });
  }
}

function soundSegment({ flushed, settings, store }: Collection, id: number): OpenedSegment {
  const opened = flushed.get(id);
  if (opened !== undefined && opened.isDamaged !== true) return opened;
  throw new SluiceError(
    "DATA_CORRUPT",
    `segment ${id} of collection "${settings.name}" is damaged; repair it before terms are made anew`,
    { place: store.folder },
  );
}

/** Runs exclusively. */
async function changeOver(
  collection: WritableCollection,
  made: ReadonlyMap<number, MadeSegment>,
  change: TermsChange,
): Promise<void> {
  const { view } = collection;
  const segments = new Map<number, OpenedSegment>();
  for (const { id: replacedId } of view.manifest.segments) {
    const { tombstones } = soundSegment(view, replacedId).entry.part;
    const next = made.get(replacedId);
    if (next === undefined) throw new Error("every segment was made anew");
    const segment = openBuilt(view, next.id, next.built);
    segments.set(replacedId, { segment, entry: flushedEntry(segment, tombstones) });
  }
  const passages = journalAnew(view, change);
  const manifest = manifestAnew(view, made, change);
  await view.store.commit({
    manifest,
    journalPuts: new Map(passages.map((passage) => [passage.sequence, toJournal(passage)])),
    tombstonePuts: tombstonePutsOf(segments.values()),
  });
  const settings = { ...view.settings, ...change.to.settings };
  collection.replaceAnalyzed(manifest, { settings, segments, passages });
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
