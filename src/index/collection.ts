// An open collection: its settings, its store and the generation that searches see.

import { rowBytes } from "../kernels/kernels.js";
import type { CollectionStore } from "../store/store.js";
import type { Manifest, RecallCalibration, ScoreCalibration } from "../store/stored-values.js";
import { withBits } from "./bm25/bits.js";
import type { CollectionSettings } from "./collection-settings.js";
import type { FlushedSegment, TokenBytes } from "./flushed-segment.js";
import { countedPin, flushedEntry, liveEntry, sumTotals } from "./generation.js";
import type { Generation, GenerationSegment } from "./generation.js";
import { LiveSegment } from "./live-segment.js";
import type { Tombstones } from "./segment-parts.js";
import type { SegmentPassage } from "./segment-writer.js";

/** An open collection as everything but its writer sees it. */
export interface Collection {
  /** The analyzer's settings and the centre are those of the generation. */
  readonly settings: CollectionSettings;
  readonly store: CollectionStore;
  /** As of the last commit. */
  readonly manifest: Manifest;
  /** By id. */
  readonly flushed: ReadonlyMap<number, OpenedSegment>;
  /** Holds the passages that are written. */
  readonly live: ReadonlyLiveSegment;
  readonly liveTombstones: Tombstones;
  /** A live segment that is being written as a flushed one and takes no more passages. */
  readonly frozen: FrozenSegment | undefined;
  /** Above every id that the store holds or that a build uses. */
  readonly nextSegmentId: number;
  /** Generations with at least one holder. */
  readonly held: ReadonlySet<Generation>;
  /** What a search that starts now sees. */
  readonly generation: Generation;
  /** Undefined when recall was never measured or its record is damaged. */
  readonly recall: RecallCalibration | undefined;
  /** Empty when there are none or their record is damaged. */
  readonly scoreMaps: readonly ScoreCalibration[];
  /** One line for each segment, and each passage of the journal, that is not searched. */
  readonly damages: readonly string[];
  /** One line for each document in the journal whose fields are damaged. */
  readonly fieldDamages: readonly string[];
  /** Why the measured recall cannot be read; searches go on without it. */
  readonly recallDamage: string | undefined;
  /** Why the score maps cannot be read; hits have no probability. */
  readonly scoreMapsDamage: string | undefined;
}

/** A live segment to which nothing can be appended. */
export type ReadonlyLiveSegment = Omit<LiveSegment, "append">;

export interface FrozenSegment {
  readonly live: ReadonlyLiveSegment;
  readonly tombstones: Tombstones;
}

export interface OpenedSegment {
  readonly segment: FlushedSegment;
  readonly entry: GenerationSegment;
  /** Set when its codes were found damaged: it is not searched, but deletes in it are recorded. */
  readonly isDamaged?: boolean;
}

/** What a group of writes changes in memory. */
export interface WriteChanges {
  /** Passages to append to the live segment, by rising sequence. */
  readonly appended: readonly SegmentPassage[];
  /** `appended` are all passages of the live segment, coded anew: they replace it. */
  readonly isLiveReplaced: boolean;
  /** Ordinals of deleted passages of the live segment, counted after `appended`. */
  readonly deadLiveOrdinals: readonly number[];
  /** Ordinals of deleted passages of the frozen segment. */
  readonly deadFrozenOrdinals: readonly number[];
  /** New tombstones of flushed segments, by id. */
  readonly tombstones: ReadonlyMap<number, SharedArrayBuffer>;
}

/** The parts of a collection that openCollection reads from the store. */
export interface StoredParts extends Omit<
  Collection,
  "flushed" | "live" | "liveTombstones" | "frozen" | "held" | "generation"
> {
  readonly flushed: Map<number, OpenedSegment>;
  readonly live: LiveSegment;
  /** Ids of stored segments that the manifest does not name. */
  readonly obsolete: Set<number>;
}

/** Collection with its fields writable, for the class below alone. */
interface State extends Mutable<Collection> {
  readonly flushed: Map<number, OpenedSegment>;
  readonly held: Set<Generation>;
  live: LiveSegment;
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/**
 * Owns the state of an open collection. Only the collection's writer has it, and calls its methods
 * between two commits, after the change is on disk; a method that changes what searches see
 * publishes one new generation.
 */
export class WritableCollection {
  readonly #state: State;
  /** Stored segments that no manifest names: deleted once no generation names them either. */
  readonly #obsolete: Set<number>;
  #onReleased: () => void = () => undefined;

  constructor({ obsolete, ...parts }: StoredParts) {
    this.#obsolete = obsolete;
    const held = new Set<Generation>();
    const unpublished = { ...parts, held, liveTombstones: undefined, frozen: undefined };
    this.#state = { ...unpublished, generation: this.#makeGeneration(unpublished) };
  }

  get view(): Collection {
    return this.#state;
  }

  /** Replaces the function that is called when the last holder of a generation releases it. */
  setOnReleased(onReleased: () => void): void {
    this.#onReleased = onReleased;
  }

  /** Applies a group of writes. */
  applyCommit(manifest: Manifest, changes: WriteChanges): void {
    const state = this.#state;
    this.#setManifest(manifest);
    if (changes.isLiveReplaced) this.#renewLive();
    for (const passage of changes.appended) state.live.append(passage);
    buryPassages(state, changes);
    this.#publish();
  }

  /**
   * Freezes the live segment, unless it is empty or one is frozen already; writes go to a new one.
   */
  freezeLive(): void {
    const state = this.#state;
    if (state.frozen !== undefined || state.live.ordinalCount === 0) return;
    state.frozen = { live: state.live, tombstones: state.liveTombstones };
    this.#renewLive();
    this.#publish();
  }

  /** The manifest says that the centre is fixed, and nothing else is new. */
  fixCentre(manifest: Manifest): void {
    this.#setManifest(manifest);
    this.#publish();
  }

  /** Drops the frozen segment, whose passages are all deleted. */
  dropFrozen(): void {
    this.#state.frozen = undefined;
    this.#publish();
  }

  /** Replaces the frozen segment by the flushed one that holds its passages. */
  installFlushed(manifest: Manifest, added: OpenedSegment): void {
    this.#state.manifest = manifest;
    this.#add(added);
    this.dropFrozen();
  }

  /**
   * Replaces flushed segments by the merged one; `merged` is undefined when no passage was left.
   */
  installMerged(
    manifest: Manifest,
    replacedIds: readonly number[],
    merged: OpenedSegment | undefined,
  ): void {
    this.#state.manifest = manifest;
    for (const id of replacedIds) this.#retire(id);
    if (merged !== undefined) this.#add(merged);
    this.#publish();
  }

  /** Replaces all segments and the journal's passages by those with the terms of new settings. */
  replaceAnalyzed(
    manifest: Manifest,
    analyzed: {
      readonly settings: CollectionSettings;
      /** By the id of the segment that each replaces. */
      readonly segments: ReadonlyMap<number, OpenedSegment>;
      readonly passages: readonly SegmentPassage[];
    },
  ): void {
    this.#state.manifest = manifest;
    this.#state.settings = analyzed.settings;
    for (const [replacedId, opened] of analyzed.segments) {
      this.#retire(replacedId);
      this.#add(opened);
    }
    this.#renewLive();
    for (const passage of analyzed.passages) this.#state.live.append(passage);
    this.#publish();
  }

  /** Excludes a segment whose codes were found damaged from all later searches. */
  quarantine({ segmentId, message }: { segmentId: number; message: string }): void {
    const opened = this.#state.flushed.get(segmentId);
    if (opened === undefined || opened.isDamaged === true) return;
    this.#state.flushed.set(segmentId, { ...opened, isDamaged: true });
    const { passageCount } = opened.entry.totals;
    const damage = `${message} (${passageCount} passages are not searched)`;
    this.#state.damages = [...this.#state.damages, damage];
    this.#publish();
  }

  /** An unused id. The segment stored under it is deleted unless a manifest comes to name it. */
  takeSegmentId(): number {
    const id = this.#state.nextSegmentId;
    this.#state.nextSegmentId += 1;
    this.#obsolete.add(id);
    return id;
  }

  /** Stored segments that neither the manifest nor a held generation names. */
  removableIds(): number[] {
    const named = new Set<number>();
    for (const { segments } of this.#state.held)
      for (const { segmentId } of segments) if (segmentId !== undefined) named.add(segmentId);
    return [...this.#obsolete].filter((id) => !named.has(id));
  }

  /** Forgets segments that were deleted from the store. */
  removed(ids: readonly number[]): void {
    for (const id of ids) this.#obsolete.delete(id);
    // A generation pins the state of the store at its start: pages stay in use while it is held.
    this.#publish();
  }

  setRecall(recall: RecallCalibration | undefined): void {
    this.#state.recall = recall;
  }

  setScoreMaps(scoreMaps: readonly ScoreCalibration[]): void {
    this.#state.scoreMaps = scoreMaps;
  }

  #setManifest(manifest: Manifest): void {
    const state = this.#state;
    state.manifest = manifest;
    // What is made for the settings, such as a codec, is kept as long as they stay the same object.
    if (manifest.centring !== state.settings.centring)
      state.settings = { ...state.settings, centring: manifest.centring };
  }

  #add(opened: OpenedSegment): void {
    this.#obsolete.delete(opened.segment.id);
    this.#state.flushed.set(opened.segment.id, opened);
  }

  #retire(id: number): void {
    this.#state.flushed.delete(id);
    this.#obsolete.add(id);
  }

  #renewLive(): void {
    this.#state.live = new LiveSegment();
    this.#state.liveTombstones = undefined;
  }

  #publish(): void {
    const before = this.#state.generation;
    this.#state.generation = this.#makeGeneration(this.#state);
    before.release();
  }

  #makeGeneration(state: Omit<State, "generation">): Generation {
    const { manifest, flushed, live, liveTombstones, frozen, store, held } = state;
    const segments = [
      ...manifest.segments.flatMap(({ id }) => {
        const opened = flushed.get(id);
        return opened === undefined || opened.isDamaged === true ? [] : [opened.entry];
      }),
      ...(frozen === undefined ? [] : [liveEntry(frozen.live, frozen.tombstones)]),
      liveEntry(live, liveTombstones),
    ];
    const documents = store.pin();
    const generation: Generation = {
      number: manifest.generation,
      lastSequence: manifest.lastSequence,
      documentCount: store.documentCount(),
      segments,
      totals: sumTotals(segments),
      damages: state.damages,
      fieldDamages: state.fieldDamages,
      documents,
      ...countedPin(() => {
        documents.release();
        held.delete(generation);
        this.#onReleased();
      }),
    };
    held.add(generation);
    return generation;
  }
}

/** Deletes passages of live segments, which have taken in what was appended, and of flushed ones. */
function buryPassages(state: State, changes: WriteChanges): void {
  const { live, frozen } = state;
  if (changes.deadLiveOrdinals.length > 0)
    state.liveTombstones = withBits(
      state.liveTombstones,
      live.ordinalCount,
      changes.deadLiveOrdinals,
    );
  if (frozen !== undefined && changes.deadFrozenOrdinals.length > 0) {
    const { ordinalCount } = frozen.live;
    const tombstones = withBits(frozen.tombstones, ordinalCount, changes.deadFrozenOrdinals);
    state.frozen = { live: frozen.live, tombstones };
  }
  for (const [id, tombstones] of changes.tombstones) {
    const opened = state.flushed.get(id);
    if (opened === undefined) continue;
    state.flushed.set(id, { ...opened, entry: flushedEntry(opened.segment, tombstones) });
  }
}

/** Releases the last generation and closes the store. No search may be running. */
export async function closeCollection({ generation, store }: Collection): Promise<void> {
  generation.release();
  await store.close();
}

/** Bytes of one packed token vector. */
export function tokenBytesOf({
  dim,
  bits,
  refineBits,
}: Pick<CollectionSettings, "dim" | "bits" | "refineBits">): TokenBytes {
  return { codes: rowBytes(dim, bits), refineCodes: refineBits && rowBytes(dim, refineBits) };
}
