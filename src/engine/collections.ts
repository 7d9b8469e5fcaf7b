// The collections of a server: known by name from the start, opened when they are used, closed
// again when they are unused. A closed one costs its name and a few numbers.

import { randomBytes } from "node:crypto";
import { basename } from "node:path";

import { present } from "../core/assert.js";
import type { Clock } from "../core/clock.js";
import { SluiceError, isSluiceError } from "../core/errors.js";
import type { RefusedCollection } from "../core/readiness.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import type { SegmentPart } from "../index/segment-parts.js";
import type { WriterOptions } from "../ingest/collection-writer.js";
import type { CodesDamage } from "../scoring/pool-scorer.js";
import { removeCard } from "../store/collection-card.js";
import type { DataFolder } from "../store/data-folder.js";
import type { CollectionStore } from "../store/store.js";
import { figuresOf, keepFigures, readFigures } from "./collection-figures.js";
import type { CollectionFigures } from "./collection-figures.js";
import { makeStore, openStore } from "./collection-store.js";
import type { StoreOpening } from "./collection-store.js";
import { closeWithWriter, openWithWriter } from "./open-collection.js";
import type { OpenCollection } from "./open-collection.js";
import { OpenSet, createEntry, notFound } from "./open-set.js";
import type { Entry, Use, WaitOptions } from "./open-set.js";

export interface CollectionCounts {
  readonly known: number;
  readonly open: number;
  readonly openMax: number;
}

/** How many collections there may be, and how many of them open. */
export interface CollectionLimits {
  readonly countMax: number;
  readonly openMax: number;
  /** Memory of open collections above which unused ones are closed, bytes. */
  readonly openBytesMax: number;
  /** Time after which an unused one is closed, milliseconds. */
  readonly idleMs: number;
}

export interface CollectionOptions extends Omit<WriterOptions, "onIdle"> {
  readonly limits: CollectionLimits;
  readonly clock: Clock;
  /** Called with the folder of a collection that was closed: nothing of it may be kept. */
  readonly onClosed?:
    ((folder: string, parts: readonly SegmentPart[]) => Promise<void>) | undefined;
  /** Called with each collection that was opened. */
  readonly onOpened?: ((opened: OpenCollection) => void) | undefined;
  /** Called when a disk has failed: nothing more is written to the collection in that folder. */
  readonly onStorageFailed?: ((error: SluiceError) => void) | undefined;
  /** Called when a collection of an older format was migrated to the current one. */
  readonly onMigrated?: ((folder: string, segmentCount: number) => void) | undefined;
  /** Called when a collection could not be closed properly. */
  readonly onCloseFailed?: ((error: unknown) => void) | undefined;
}

interface Known {
  readonly entry: Entry;
  /** Of a closed one; those of an open one are its own. */
  figures: CollectionFigures | undefined;
}

/** A collection that is being made under a name that is taken meanwhile. */
interface Making {
  /** Opens it and makes it known. */
  enter(store: CollectionStore): Promise<void>;
  /** To be called once, whether it was entered or not. */
  end(): void;
}

/**
 * Makes known what the folder holds. A collection without a readable card, as after a crash, is
 * opened at once; the others when they are used. One that is damaged is refused by its name. Throws
 * LIMIT_EXCEEDED when there are more than `limits.countMax`.
 */
export async function openCollections(
  folder: DataFolder,
  options: CollectionOptions,
): Promise<Collections> {
  const collections = new Collections(folder, options);
  try {
    await collections.load();
  } catch (error) {
    await collections.close();
    throw error;
  }
  return collections;
}

/**
 * Methods that take a name throw COLLECTION_NOT_FOUND, and the fault of a collection that is
 * refused.
 */
export class Collections {
  private readonly folder: DataFolder;
  private readonly options: CollectionOptions;
  private readonly opening: StoreOpening;
  private readonly known = new Map<string, Known>();
  /** Names of collections that are being made. */
  private readonly making = new Set<string>();
  private readonly faults = new Map<string, SluiceError>();
  private readonly openSet: OpenSet;
  private isStopping = false;

  constructor(folder: DataFolder, options: CollectionOptions) {
    this.folder = folder;
    this.options = options;
    this.opening = openingOf(folder, options);
    const unused = new SluiceError("NOT_READY", "the collection is just being closed; try again");
    this.openSet = new OpenSet({
      ...options.limits,
      clock: options.clock,
      open: (entry) => this.openKnown(entry),
      close: (entry, opened) =>
        this.closeFor(unused, entry, opened).catch((error: unknown) =>
          options.onCloseFailed?.(error),
        ),
    });
  }

  /** Makes known what the folder holds; call once, first. */
  async load(): Promise<void> {
    for (const found of this.folder.found) {
      const { name, path } = found;
      if ("fault" in found) {
        this.faults.set(name, found.fault);
        continue;
      }
      const figures = readFigures(path);
      if (figures?.settings.name === name)
        this.known.set(name, { entry: createEntry(name, path), figures });
      else await this.openAtStart(name, path);
    }
    checkCount(this.known.size + this.faults.size - 1, this.options.limits);
  }

  /** Throws DATA_CORRUPT or NAME_AMBIGUOUS for a collection that is refused. Opens nothing. */
  check(name: string): void {
    this.find(name);
  }

  /**
   * Opens the collection unless it is open; it stays so until the use is released. Throws
   * OVERLOADED when all that may be open are in use for too long; SYSTEM_LIMIT; DATA_CORRUPT; the
   * signal's reason.
   */
  async acquire(name: string, wait: WaitOptions = {}): Promise<Use> {
    return this.openSet.acquire(this.find(name).entry, wait);
  }

  /** As `acquire`, for the time of `work`. */
  async use<T>(
    name: string,
    work: (opened: OpenCollection) => Promise<T> | T,
    wait?: WaitOptions,
  ): Promise<T> {
    const { opened, release } = await this.acquire(name, wait);
    try {
      return await work(opened);
    } finally {
      release();
    }
  }

  /** Undefined: it is not open now, or there is none. */
  opened(name: string): OpenCollection | undefined {
    return this.known.get(name)?.entry.opened;
  }

  /** Those of a closed collection are as they were when it was closed. */
  figures(name: string): CollectionFigures {
    return figuresOfKnown(this.find(name));
  }

  list(): CollectionFigures[] {
    return [...this.known.values()].map(figuresOfKnown);
  }

  /** Of those that are open. */
  listOpen(): CollectionFigures[] {
    return [...this.known.values()].flatMap(({ entry: { opened } }) =>
      opened ? [figuresOf(opened)] : [],
    );
  }

  /** Known by name and not served, by name. */
  refused(): readonly RefusedCollection[] {
    return byName(this.faults);
  }

  /** Undefined: there is no such collection. */
  settingsOf(name: string): CollectionSettings | undefined {
    const one = this.known.get(name);
    return one && figuresOfKnown(one).settings;
  }

  counts(): CollectionCounts {
    return {
      known: this.known.size,
      open: this.openSet.openCount,
      openMax: this.options.limits.openMax,
    };
  }

  /**
   * Throws COLLECTION_EXISTS, LIMIT_EXCEEDED, DATA_FOLDER_UNAVAILABLE, OVERLOADED, SYSTEM_LIMIT.
   */
  async create(settings: CollectionSettings): Promise<void> {
    const making = await this.begin(settings.name);
    try {
      await making.enter(await makeStore(this.folder, settings, this.opening));
    } finally {
      making.end();
    }
  }

  /**
   * Makes known, closed, a collection that `make` puts into a folder of its own, under an id that
   * it is given; the name is taken meanwhile. Throws as `create`, and what `make` throws.
   */
  async *adopt<Progress>(
    name: string,
    make: (id: string) => AsyncGenerator<Progress, string, void>,
  ): AsyncGenerator<Progress, void, void> {
    const making = await this.begin(name);
    try {
      const path = yield* make(randomBytes(8).toString("hex"));
      await making.enter(await openStore(path, this.opening));
    } finally {
      making.end();
    }
  }

  async drop(name: string): Promise<void> {
    const { entry } = this.find(name);
    this.folder.checkWritable();
    this.known.delete(name);
    const gone = new SluiceError("COLLECTION_NOT_FOUND", `collection "${name}" was dropped`);
    await this.openSet.drop(entry, (opened) => this.closeFor(gone, entry, opened));
    this.folder.removeCollectionFolder(entry.folder);
  }

  /** Leaves a segment whose codes were found damaged out of every search from now on. */
  quarantine({ folder: path, ...damage }: CodesDamage): void {
    for (const { entry } of this.known.values())
      if (entry.folder === path) entry.opened?.writer.quarantine(damage).catch(() => undefined);
  }

  /** Ends running searches, waits for writes in flight and closes every store. */
  async close(): Promise<void> {
    this.isStopping = true;
    this.openSet.stop();
    for (const { entry } of this.known.values())
      await this.openSet.drop(entry, (opened) => this.closeFor(stopping(), entry, opened));
  }

  private find(name: string): Known {
    this.refuseFaulty(name);
    const found = this.known.get(name);
    if (found === undefined) throw notFound(name);
    return found;
  }

  private refuseFaulty(name: string): void {
    if (this.isStopping) throw stopping();
    const fault = this.faults.get(name);
    if (fault !== undefined) throw fault;
  }

  /** Takes a name, and a place for one more open collection. */
  private async begin(name: string): Promise<Making> {
    this.refuseFaulty(name);
    if (this.known.has(name) || this.making.has(name))
      throw new SluiceError("COLLECTION_EXISTS", `there is a collection "${name}" already`);
    checkCount(this.known.size + this.faults.size + this.making.size, this.options.limits);
    this.making.add(name);
    let leave: (() => void) | undefined;
    const end = (): void => {
      this.making.delete(name);
      leave?.();
    };
    try {
      leave = await this.openSet.reserve({});
    } catch (error) {
      end();
      throw error;
    }
    return {
      end,
      enter: async (store) => {
        if (leave !== undefined) await this.enter(leave, store);
        // From now on the place is the collection's.
        leave = undefined;
      },
    };
  }

  /** Opens a collection that is not known yet, in a place that was reserved. */
  private async enter(leave: () => void, store: CollectionStore): Promise<void> {
    const opened = await this.openWriter(store);
    const { name } = opened.collection.settings;
    const entry = createEntry(name, store.folder);
    this.known.set(name, { entry, figures: undefined });
    this.openSet.enter(entry, opened, leave);
  }

  private async openAtStart(name: string, path: string): Promise<void> {
    const leave = await this.openSet.reserve({});
    try {
      await this.enter(leave, await openStore(path, this.opening));
    } catch (error) {
      leave();
      this.refuseDamaged(name, path, error);
      if (!this.faults.has(name)) throw error;
    }
  }

  private async openKnown({ name, folder: path }: Entry): Promise<OpenCollection> {
    try {
      return await this.openWriter(await openStore(path, this.opening));
    } catch (error) {
      this.refuseDamaged(name, path, error);
      throw error;
    }
  }

  private async openWriter(store: CollectionStore): Promise<OpenCollection> {
    const onIdle = (): void => this.openSet.closeForWaiting();
    const opened = await openWithWriter(store, { ...this.options, onIdle });
    // From now on it may change.
    removeCard(store.folder);
    this.options.onOpened?.(opened);
    return opened;
  }

  /** A collection whose data is damaged is refused by its name from now on. */
  private refuseDamaged(name: string, path: string, error: unknown): void {
    if (!isSluiceError(error) || error.reason !== "DATA_CORRUPT") return;
    if (this.known.get(name)?.entry.folder === path) this.known.delete(name);
    this.faults.set(name, error);
    const place = `collections/${basename(path)}`;
    this.folder.leave({ place, kind: "damaged", message: error.message });
  }

  private async closeFor(
    reason: SluiceError,
    { name, folder: path }: Entry,
    opened: OpenCollection,
  ): Promise<void> {
    const one = this.known.get(name);
    if (one !== undefined) one.figures = figuresOf(opened);
    const parts = opened.collection.generation.segments.map(({ part }) => part);
    await closeWithWriter(opened, reason);
    await this.options.onClosed?.(path, parts);
    // Writes that were in flight have ended since.
    if (one !== undefined) one.figures = keepFigures(path, opened);
  }
}

function figuresOfKnown({ entry, figures }: Known): CollectionFigures {
  const now = entry.opened === undefined ? figures : figuresOf(entry.opened);
  return present(now, "a closed collection has figures");
}

function openingOf(
  folder: DataFolder,
  { onStorageFailed: onFailed, onMigrated }: CollectionOptions,
): StoreOpening {
  return { storeOptions: { onFailed, checkWritable: () => folder.checkWritable() }, onMigrated };
}

function byName(refused: ReadonlyMap<string, SluiceError>): RefusedCollection[] {
  return [...refused]
    .map(([name, { reason, message }]) => ({ name, reason, message }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function stopping(): SluiceError {
  return new SluiceError("NOT_READY", "the server is stopping; try again later");
}

/** `count`: with those that are being made. */
function checkCount(count: number, { countMax }: CollectionLimits): void {
  if (count < countMax) return;
  throw new SluiceError(
    "LIMIT_EXCEEDED",
    `there are ${count} collections, the limit is ${countMax} (collections.countMax)`,
  );
}
