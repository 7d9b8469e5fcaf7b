// Creates and opens stored collections, and reads their manifests.

import { toSequence } from "../core/ids.js";
import { basename } from "node:path";

import {
  analyzerVersionLatest,
  defaultsOf,
  isAnalyzerName,
  isStemmerName,
  isStopWordsName,
} from "../analysis/settings.js";
import type { AnalyzerSettings } from "../analysis/settings.js";
import type { RefineBits } from "../codec/refine-plane.js";
import { rotationChecksum } from "../codec/rotation.js";
import { SluiceError, asDamage } from "../core/errors.js";
import type { CodeBits } from "../kernels/kernels.js";
import type { CalibrationRecords, CollectionStore } from "../store/store.js";
import type { Manifest } from "../store/stored-values.js";
import { WritableCollection, tokenBytesOf } from "./collection.js";
import type { OpenedSegment, StoredParts } from "./collection.js";
import type { CollectionSettings } from "./collection-settings.js";
import { flushedEntry } from "./generation.js";
import { LiveSegment } from "./live-segment.js";
import { readJournal } from "./read-journal.js";
import { openStoredSegment, readTombstones } from "./stored-segment.js";

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
    lastSequence: toSequence(0),
    nextSegmentId: 1,
    segments: [],
    journalCount: 0,
  };
  await store.commit({ manifest });
}

/**
 * Reads what is stored: segments into shared memory, the journal into the live segment. A damaged
 * segment or passage of the journal is left out and named in `damages`; a damaged manifest is
 * DATA_CORRUPT. O(data); yields to the event loop between segments. Nothing writes to the
 * store meanwhile.
 */
export async function openCollection(store: CollectionStore): Promise<WritableCollection> {
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
      const segment = openStoredSegment(store, entry, tokenBytesOf(settings));
      const tombstones = readTombstones(store, entry);
      flushed.set(entry.id, { segment, entry: flushedEntry(segment, tombstones) });
    } catch (error) {
      damages.push(`${asDamage(error).message} (${entry.passageCount} passages are not searched)`);
    }
  }
  const live = new LiveSegment();
  const segmentDamageCount = damages.length;
  const passages = readJournal(store, {
    passage: ({ message }) => damages.push(`${message} (it is not searched)`),
    fields: ({ message }) => fieldDamages.push(`${message} (filters take it to have no fields)`),
  });
  for (const passage of passages) {
    live.append(passage);
    if (live.ordinalCount % passagesPerTurn === 0) await turnOfLoop();
  }
  const lacking = lackingCount(manifest, live.ordinalCount + damages.length - segmentDamageCount);
  if (lacking > 0) damages.push(`the journal lacks ${lacking} passages`);
  const nextSegmentId = Math.max(manifest.nextSegmentId, ...[...stored].map((id) => id + 1));
  return new WritableCollection({
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
  });
}

function readRecall(store: CalibrationRecords): Pick<StoredParts, "recall" | "recallDamage"> {
  try {
    return { recall: store.readRecall(), recallDamage: undefined };
  } catch (error) {
    return { recall: undefined, recallDamage: asDamage(error).message };
  }
}

function readScoreMaps(
  store: CalibrationRecords,
): Pick<StoredParts, "scoreMaps" | "scoreMapsDamage"> {
  try {
    return { scoreMaps: store.readScoreMaps(), scoreMapsDamage: undefined };
  } catch (error) {
    return { scoreMaps: [], scoreMapsDamage: asDamage(error).message };
  }
}

/** Passages that the manifest counts in the journal and that are not there, not even damaged. */
export function lackingCount({ journalCount = 0 }: Manifest, foundCount: number): number {
  return Math.max(0, journalCount - foundCount);
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
  const { centring } = manifest;
  const widths = { bits, sketchBits, refineBits: toRefineBits(manifest.refineBits, folder) };
  const settings = { name, modelName, modelFingerprint, dim, ...widths, ...words, seed };
  return centring === undefined ? settings : { ...settings, centring };
}

/** Throws DATA_CORRUPT for an unknown analyzer, DATA_FORMAT_NEWER for one of a newer version. */
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

/** Throws DATA_CORRUPT for a width that no refine plane has. */
export function toRefineBits(bits: number | undefined, folder: string): RefineBits | undefined {
  if (bits === undefined || bits === 4 || bits === 8) return bits;
  throw new SluiceError("DATA_CORRUPT", `${basename(folder)}: a refine plane of ${bits} bits`);
}

/** Throws DATA_CORRUPT for a width that no codes have. */
export function toCodeBits(bits: number, folder: string): CodeBits {
  if (bits === 1 || bits === 2 || bits === 4 || bits === 8) return bits;
  throw new SluiceError("DATA_CORRUPT", `${basename(folder)}: codes of ${bits} bits`);
}
