// An open collection: its settings, its store and the generation that searches see.

import { createAnalyzer } from "../analysis/analyzer.js";
import { rotationChecksum } from "../codec/rotation.js";
import { SluiceError } from "../core/errors.js";
import { rowBytes } from "../kernels/kernels.js";
import type { CodeBits } from "../kernels/kernels.js";
import type { CollectionStore } from "../store/store.js";
import type { Manifest } from "../store/stored-values.js";
import type { CollectionSettings } from "./collection-settings.js";
import { openFlushedSegment } from "./flushed-segment.js";
import type { FlushedSegment } from "./flushed-segment.js";
import { countedPin, flushedEntry, liveEntry, sumTotals } from "./generation.js";
import type { Generation, GenerationSegment } from "./generation.js";
import { createLiveSegment } from "./live-segment.js";
import type { LiveSegment } from "./live-segment.js";
import type { Tombstones } from "./segment-parts.js";

/** Changed only by the collection's writer (ingest/collection-writer.ts), between two commits. */
export interface Collection {
  readonly settings: CollectionSettings;
  readonly store: CollectionStore;
  /** As of the last commit. */
  manifest: Manifest;
  /** By id. */
  readonly flushed: Map<number, OpenedSegment>;
  live: LiveSegment;
  liveTombstones: Tombstones;
  /** What a search that starts now sees. */
  generation: Generation;
  readonly damages: string[];
}

export interface OpenedSegment {
  readonly segment: FlushedSegment;
  readonly entry: GenerationSegment;
}

/** Bytes reserved for the codes of a live segment; more is made when needed. */
const liveCodeBytes = 1024 * 1024;

/** Writes the manifest of a new, empty collection. Durable when it resolves. */
export async function initializeCollection(
  store: CollectionStore,
  settings: CollectionSettings,
): Promise<void> {
  const manifest: Manifest = {
    ...settings,
    analyzerVersion: createAnalyzer(settings.analyzer).version,
    rotationChecksum: rotationChecksum(settings.seed, settings.dim),
    generation: 1,
    lastSequence: 0,
    nextSegmentId: 1,
    segments: [],
  };
  await store.commit({ manifest });
}

/**
 * Reads what is stored: segments into shared memory, the journal into the live segment. A damaged
 * segment is left out and named in `damages`; damage elsewhere is DATA_CORRUPT. O(data).
 */
export function openCollection(store: CollectionStore): Collection {
  const manifest = store.readManifest();
  const settings = toSettings(manifest, store.folder);
  const flushed = new Map<number, OpenedSegment>();
  const damages: string[] = [];
  const tokenRowBytes = rowBytes(settings.dim, settings.bits);
  for (const { id, passageCount } of manifest.segments) {
    try {
      const segment = openFlushedSegment(id, store.readSegment(id), tokenRowBytes);
      if (segment.rowCount !== passageCount)
        throw new SluiceError("DATA_CORRUPT", `segment ${id} has ${segment.rowCount} passages`);
      flushed.set(id, { segment, entry: flushedEntry(segment, readTombstones(store, id)) });
    } catch (error) {
      if (!(error instanceof SluiceError) || error.reason !== "DATA_CORRUPT") throw error;
      damages.push(`${error.message} (${passageCount} passages are not searched)`);
    }
  }
  const live = createLiveSegment(liveCodeBytes);
  for (const [sequence, { terms, counts, length, ...passage }] of store.journal())
    live.append({ ...passage, sequence, terms: { terms, counts, length } });
  const parts = { manifest, flushed, live, liveTombstones: undefined, store, damages };
  return { ...parts, settings, generation: makeGeneration(parts) };
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

function makeGeneration(
  collection: Pick<
    Collection,
    "manifest" | "flushed" | "live" | "liveTombstones" | "store" | "damages"
  >,
): Generation {
  const { manifest, live } = collection;
  const segments = [
    ...[...collection.flushed.values()].map(({ entry }) => entry),
    liveEntry(live, collection.liveTombstones),
  ];
  const documents = collection.store.pin();
  return {
    number: manifest.generation,
    lastSequence: manifest.lastSequence,
    documentCount: collection.store.documentCount(),
    segments,
    totals: sumTotals(segments),
    damages: collection.damages,
    documents,
    ...countedPin(documents),
  };
}

export function newLiveSegment(): LiveSegment {
  return createLiveSegment(liveCodeBytes);
}

function readTombstones(store: CollectionStore, id: number): Tombstones {
  const bits = store.readTombstones(id);
  if (bits === undefined) return undefined;
  const shared = new SharedArrayBuffer(bits.length);
  new Uint8Array(shared).set(bits);
  return shared;
}

function toSettings(manifest: Manifest, folder: string): CollectionSettings {
  const { name, modelName, modelFingerprint, dim, seed } = manifest;
  const analyzer = manifest.analyzer;
  if (analyzer !== "english" && analyzer !== "unicode")
    throw new SluiceError("DATA_CORRUPT", `${folder}: unknown analyzer "${analyzer}"`);
  if (createAnalyzer(analyzer).version !== manifest.analyzerVersion)
    throw new SluiceError(
      "DATA_FORMAT_NEWER",
      `${folder}: its terms were made by version ${manifest.analyzerVersion} of analyzer "${analyzer}", this program has another; ingest again or start that version`,
    );
  if (rotationChecksum(seed, dim) !== manifest.rotationChecksum)
    throw new SluiceError(
      "DATA_FORMAT_NEWER",
      `${folder}: its codes were made with another rotation; ingest again or start the version that wrote it`,
    );
  const bits = toBits(manifest.bits, folder);
  const sketchBits = toBits(manifest.sketchBits, folder);
  return { name, modelName, modelFingerprint, dim, bits, sketchBits, analyzer, seed };
}

function toBits(bits: number, folder: string): CodeBits {
  if (bits === 1 || bits === 2 || bits === 4 || bits === 8) return bits;
  throw new SluiceError("DATA_CORRUPT", `${folder}: codes of ${bits} bits`);
}
