// An open collection: its settings, its store and the generation that searches see.

import { basename } from "node:path";

import {
  analyzerVersionLatest,
  defaultsOf,
  isAnalyzerName,
  isStemmerName,
  isStopWordsName,
} from "../analysis/settings.js";
import type { AnalyzerSettings } from "../analysis/settings.js";
import { rotationChecksum } from "../codec/rotation.js";
import { SluiceError, asDamage } from "../core/errors.js";
import { rowBytes } from "../kernels/kernels.js";
import type { CodeBits } from "../kernels/kernels.js";
import type { CollectionStore } from "../store/store.js";
import type { Manifest, RecallCalibration, ScoreCalibration } from "../store/stored-values.js";
import type { CollectionSettings } from "./collection-settings.js";
import type { FlushedSegment } from "./flushed-segment.js";
import { countedPin, flushedEntry, liveEntry, sumTotals } from "./generation.js";
import type { Generation, GenerationSegment } from "./generation.js";
import { createLiveSegment } from "./live-segment.js";
import type { LiveSegment } from "./live-segment.js";
import { readJournal } from "./read-journal.js";
import type { Tombstones } from "./segment-parts.js";
import { openStoredSegment, readTombstones } from "./stored-segment.js";

/** Changed only by the collection's writer (ingest/collection-writer.ts), between two commits. */
export interface Collection {
  /** The analyzer's are those of the generation. */
  settings: CollectionSettings;
  readonly store: CollectionStore;
  /** As of the last commit. */
  manifest: Manifest;
  /** By id. */
  readonly flushed: Map<number, OpenedSegment>;
  /** Takes the passages that are written. */
  live: LiveSegment;
  liveTombstones: Tombstones;
  /** A live segment that takes no more, while it is made a flushed one. */
  frozen: FrozenSegment | undefined;
  /** Above every id that the store holds or that a build uses. */
  nextSegmentId: number;
  /** Stored segments that no manifest names: deleted once no generation names them either. */
  readonly obsolete: Set<number>;
  /** Generations that somebody holds. */
  readonly held: Set<Generation>;
  /** Told when the last holder lets a generation go. */
  onReleased: () => void;
  /** What a search that starts now sees. */
  generation: Generation;
  /** Undefined: it was never measured, or what was measured is damaged. */
  recall: RecallCalibration | undefined;
  /** Replaced whole. Empty: there are none, or they are damaged. */
  scoreMaps: readonly ScoreCalibration[];
  readonly damages: string[];
  /** One line for each document in the journal whose fields are damaged. */
  readonly fieldDamages: string[];
  /** Says that the measured recall is damaged: searches go on without it. */
  readonly recallDamage: string | undefined;
  /** Says that the score maps are damaged: hits have no probability. */
  readonly scoreMapsDamage: string | undefined;
}

export interface FrozenSegment {
  readonly live: LiveSegment;
  readonly tombstones: Tombstones;
}

export interface OpenedSegment {
  readonly segment: FlushedSegment;
  readonly entry: GenerationSegment;
  /** Its codes were found damaged: it is not searched, but what is deleted in it is noted. */
  readonly isDamaged?: boolean;
}

/** Passages of the journal that are read at once. */
const passagesPerTurn = 256;

function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Writes the manifest of a new, empty collection. Durable when it resolves. */
export async function initializeCollection(
  store: CollectionStore,
  settings: CollectionSettings,
): Promise<void> {
  const manifest: Manifest = {
    ...settings,
    rotationChecksum: rotationChecksum(settings.seed, settings.dim),
    generation: 1,
    lastSequence: 0,
    nextSegmentId: 1,
    segments: [],
    journalCount: 0,
  };
  await store.commit({ manifest });
}

/**
 * Reads what is stored: segments into shared memory, the journal into the live segment. A damaged
 * segment or passage of the journal is left out and named in `damages`; a damaged manifest is
 * DATA_CORRUPT. O(data); lets other work of the thread go on between segments. Nobody writes to the
 * store meanwhile.
 */
export async function openCollection(store: CollectionStore): Promise<Collection> {
  const manifest = store.readManifest();
  const settings = toSettings(manifest, store.folder);
  const flushed = new Map<number, OpenedSegment>();
  const damages: string[] = [];
  const fieldDamages: string[] = [];
  const stored = store.segmentIds();
  const obsolete = new Set(stored);
  for (const entry of manifest.segments) {
    await turnOfLoop();
    obsolete.delete(entry.id);
    try {
      const segment = openStoredSegment(store, entry, tokenRowBytesOf(settings));
      const tombstones = readTombstones(store, entry);
      flushed.set(entry.id, { segment, entry: flushedEntry(segment, tombstones) });
    } catch (error) {
      damages.push(`${asDamage(error).message} (${entry.passageCount} passages are not searched)`);
    }
  }
  const live = createLiveSegment();
  const segmentDamageCount = damages.length;
  const passages = readJournal(store, {
    passage: ({ message }) => damages.push(`${message} (it is not searched)`),
    fields: ({ message }) => fieldDamages.push(`${message} (filters take it to have no fields)`),
  });
  for (const passage of passages) {
    live.append(passage);
    if (live.rowCount % passagesPerTurn === 0) await turnOfLoop();
  }
  const lacking = lackingCount(manifest, live.rowCount + damages.length - segmentDamageCount);
  if (lacking > 0) damages.push(`the journal lacks ${lacking} passages`);
  const nextSegmentId = Math.max(manifest.nextSegmentId, ...[...stored].map((id) => id + 1));
  const parts: Omit<Collection, "generation"> = {
    manifest,
    settings,
    store,
    flushed,
    live,
    damages,
    fieldDamages,
    obsolete,
    nextSegmentId,
    ...readRecall(store),
    ...readScoreMaps(store),
    liveTombstones: undefined,
    frozen: undefined,
    held: new Set(),
    onReleased: () => undefined,
  };
  // What is made here keeps what changes later, too.
  const collection = parts as Collection;
  collection.generation = makeGeneration(collection);
  return collection;
}

function readRecall(store: CollectionStore): Pick<Collection, "recall" | "recallDamage"> {
  try {
    return { recall: store.readRecall(), recallDamage: undefined };
  } catch (error) {
    return { recall: undefined, recallDamage: asDamage(error).message };
  }
}

function readScoreMaps(store: CollectionStore): Pick<Collection, "scoreMaps" | "scoreMapsDamage"> {
  try {
    return { scoreMaps: store.readScoreMaps(), scoreMapsDamage: undefined };
  } catch (error) {
    return { scoreMaps: [], scoreMapsDamage: asDamage(error).message };
  }
}

export function tokenRowBytesOf({ dim, bits }: CollectionSettings): number {
  return rowBytes(dim, bits);
}

/** Passages that the manifest counts in the journal and that are not there, not even damaged. */
export function lackingCount({ journalCount = 0 }: Manifest, foundCount: number): number {
  return Math.max(0, journalCount - foundCount);
}

/** Makes the collection's present parts what searches that start from now on see. */
export function publishGeneration(collection: Collection): void {
  const before = collection.generation;
  collection.generation = makeGeneration(collection);
  before.release();
}

/** Lets go of the last generation and closes the store. Searches have ended. */
export async function closeCollection(collection: Collection): Promise<void> {
  collection.generation.release();
  await collection.store.close();
}

/** Leaves a segment out of what searches see from now on: its codes were found damaged. */
export function quarantine(
  collection: Collection,
  { segmentId, message }: { readonly segmentId: number; readonly message: string },
): void {
  const opened = collection.flushed.get(segmentId);
  if (opened === undefined || opened.isDamaged === true) return;
  collection.flushed.set(segmentId, { ...opened, isDamaged: true });
  const { passageCount } = opened.entry.totals;
  collection.damages.push(`${message} (${passageCount} passages are not searched)`);
  publishGeneration(collection);
}

function makeGeneration(collection: Collection): Generation {
  const { manifest, live, frozen } = collection;
  const segments = [
    ...manifest.segments.flatMap(({ id }) => {
      const opened = collection.flushed.get(id);
      return opened === undefined || opened.isDamaged === true ? [] : [opened.entry];
    }),
    ...(frozen === undefined ? [] : [liveEntry(frozen.live, frozen.tombstones)]),
    liveEntry(live, collection.liveTombstones),
  ];
  const documents = collection.store.pin();
  const generation: Generation = {
    number: manifest.generation,
    lastSequence: manifest.lastSequence,
    documentCount: collection.store.documentCount(),
    segments,
    totals: sumTotals(segments),
    damages: [...collection.damages],
    fieldDamages: collection.fieldDamages,
    documents,
    ...countedPin(() => {
      documents.release();
      collection.held.delete(generation);
      collection.onReleased();
    }),
  };
  collection.held.add(generation);
  return generation;
}

function toSettings(manifest: Manifest, folder: string): CollectionSettings {
  const { name, modelName, modelFingerprint, dim, seed } = manifest;
  const words = toAnalyzerSettings(manifest, basename(folder));
  if (rotationChecksum(seed, dim) !== manifest.rotationChecksum)
    throw new SluiceError(
      "DATA_FORMAT_NEWER",
      `${basename(folder)}: its codes were made with another rotation; ingest again or start the version that wrote it`,
    );
  const bits = toCodeBits(manifest.bits, folder);
  const sketchBits = toCodeBits(manifest.sketchBits, folder);
  return { name, modelName, modelFingerprint, dim, bits, sketchBits, ...words, seed };
}

/** Throws DATA_CORRUPT for an analyzer that there never was, DATA_FORMAT_NEWER for one to come. */
export function toAnalyzerSettings(
  manifest: Pick<Manifest, "analyzer" | "analyzerVersion" | "stemmer" | "stopWords">,
  folder: string,
): AnalyzerSettings {
  const { analyzer, analyzerVersion } = manifest;
  if (!isAnalyzerName(analyzer))
    throw new SluiceError("DATA_CORRUPT", `${folder}: unknown analyzer "${analyzer}"`);
  const defaults = defaultsOf(analyzer);
  const { stemmer = defaults.stemmer, stopWords = defaults.stopWords } = manifest;
  const isKnown = analyzerVersion >= 1 && analyzerVersion <= analyzerVersionLatest;
  if (!isKnown || !isStemmerName(stemmer) || !isStopWordsName(stopWords))
    throw new SluiceError(
      "DATA_FORMAT_NEWER",
      `${folder}: its terms were made by version ${analyzerVersion} of analyzer "${analyzer}" (stemmer "${stemmer}", stop words "${stopWords}"), which this program does not know; ingest again or start that version`,
    );
  return { analyzer, analyzerVersion, stemmer, stopWords };
}

/** Throws DATA_CORRUPT for a width that no codes have. */
export function toCodeBits(bits: number, folder: string): CodeBits {
  if (bits === 1 || bits === 2 || bits === 4 || bits === 8) return bits;
  throw new SluiceError("DATA_CORRUPT", `${basename(folder)}: codes of ${bits} bits`);
}
