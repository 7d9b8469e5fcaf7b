// The collections of a server: known by name from the start, opened when they are used, closed again
// when nobody uses them. What a closed one costs is its name and a few numbers.

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
import { createEntry, createOpenSet, notFound } from "./open-set.js";
import type { Entry, Use, WaitOptions } from "./open-set.js";

export interface Collections {
  /**
   * Throws COLLECTION_NOT_FOUND, and DATA_CORRUPT or NAME_AMBIGUOUS for one that is refused, as all that
   * takes a name. Opens nothing, as all that does not say so.
   */
  check(name: string): void;
  /**
   * Opens the collection unless it is open; it stays so until the use is released. Throws
   * COLLECTION_NOT_FOUND; OVERLOADED when all that may be open are in use for too long; SYSTEM_LIMIT;
   * DATA_CORRUPT; the signal's reason.
   */
  acquire(name: string, wait?: WaitOptions): Promise<Use>;
  /** The same for the time of `work`. */
  use<T>(
    name: string,
    work: (opened: OpenCollection) => Promise<T> | T,
    wait?: WaitOptions,
  ): Promise<T>;
  /** Undefined: it is not open now, or there is none. */
  opened(name: string): OpenCollection | undefined;
  /** Of a closed collection as they were when it was closed. Throws COLLECTION_NOT_FOUND. */
  figures(name: string): CollectionFigures;
  list(): CollectionFigures[];
  /** Of those that are open. */
  listOpen(): CollectionFigures[];
  /** Known by name and not served, by name. */
  refused(): readonly RefusedCollection[];
  /** Undefined: there is no such collection. */
  settingsOf(name: string): CollectionSettings | undefined;
  counts(): CollectionCounts;
  /** Throws COLLECTION_EXISTS, LIMIT_EXCEEDED, DATA_FOLDER_UNAVAILABLE, OVERLOADED, SYSTEM_LIMIT. */
  create(settings: CollectionSettings): Promise<void>;
  drop(name: string): Promise<void>;
  /** Leaves a segment whose codes were found damaged out of every search from now on. */
  quarantine(damage: CodesDamage): void;
  /**
   * Makes known, closed, a collection that `make` puts into a folder of its own, under an id that it is
   * given; the name is taken meanwhile. Throws as `create`, and what `make` throws.
   */
  adopt<Progress>(
    name: string,
    make: (id: string) => AsyncGenerator<Progress, string, void>,
  ): AsyncGenerator<Progress, void, void>;
  /** Ends running searches, waits for writes under way and closes every store. */
  close(): Promise<void>;
}

export interface CollectionCounts {
  readonly known: number;
  readonly open: number;
  readonly openMax: number;
}

/** How many collections there may be, and how many of them open. */
export interface CollectionLimits {
  readonly countMax: number;
  readonly openMax: number;
  /** Memory of open ones before those that nobody uses are closed, bytes. */
  readonly openBytesMax: number;
  /** Time after which one that nobody uses is closed, milliseconds. */
  readonly idleMs: number;
}

export interface CollectionOptions extends Omit<WriterOptions, "onIdle"> {
  readonly limits: CollectionLimits;
  readonly clock: Clock;
  /** Told of the folder of a collection that was closed: nothing of it may be kept. */
  readonly onClosed?:
    ((folder: string, parts: readonly SegmentPart[]) => Promise<void>) | undefined;
  /** Told of each collection that was opened. */
  readonly onOpened?: ((opened: OpenCollection) => void) | undefined;
  /** Told of a disk that failed: nothing more is written to the collection in that folder. */
  readonly onStorageFailed?: ((error: SluiceError) => void) | undefined;
  /** Told of a collection that an older version wrote and that is now in the present format. */
  readonly onMigrated?: ((folder: string, segmentCount: number) => void) | undefined;
  /** Told of a collection that could not be closed as it should be. */
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
 * Makes known what the folder holds. A collection of which no card tells the figures, as after a crash,
 * is opened at once; the others when they are used. One that is damaged is refused by its name. Throws
 * LIMIT_EXCEEDED when there are more than there may be.
 */
export async function openCollections(
  folder: DataFolder,
  options: CollectionOptions,
): Promise<Collections> {
  const known = new Map<string, Known>();
  const creating = new Set<string>();
  const refused = new Map<string, SluiceError>();
  let isStopping = false;
  const opening = openingOf(folder, options);
  /** Of a collection whose data is damaged: it is refused by its name from now on. */
  const refuse = (name: string, path: string, error: unknown): void => {
    if (!isSluiceError(error) || error.reason !== "DATA_CORRUPT") return;
    if (known.get(name)?.entry.folder === path) known.delete(name);
    refused.set(name, error);
    const place = `collections/${basename(path)}`;
    folder.leave({ place, kind: "damaged", message: error.message });
  };
  const load = async (store: CollectionStore): Promise<OpenCollection> => {
    const opened = await openWithWriter(store, { ...options, onIdle: () => set.look() });
    // From now on it may change.
    removeCard(store.folder);
    options.onOpened?.(opened);
    return opened;
  };
  const closeFor = async (
    reason: SluiceError,
    { name, folder: path }: Entry,
    opened: OpenCollection,
  ): Promise<void> => {
    const one = known.get(name);
    if (one !== undefined) one.figures = figuresOf(opened);
    const parts = opened.collection.generation.segments.map(({ part }) => part);
    await closeWithWriter(opened, reason);
    await options.onClosed?.(path, parts);
    // Writes that were under way have ended since.
    if (one !== undefined) one.figures = keepFigures(path, opened);
  };
  const unused = new SluiceError("NOT_READY", "the collection is just being closed; try again");
  const set = createOpenSet({
    ...options.limits,
    clock: options.clock,
    async open({ name, folder: path }) {
      try {
        return await load(await openStore(path, opening));
      } catch (error) {
        refuse(name, path, error);
        throw error;
      }
    },
    close: (entry, opened) =>
      closeFor(unused, entry, opened).catch((error: unknown) => options.onCloseFailed?.(error)),
  });
  const closeAll = async (): Promise<void> => {
    isStopping = true;
    set.stop();
    for (const { entry } of known.values())
      await set.drop(entry, (opened) => closeFor(stopping(), entry, opened));
  };
  /** Opens what is not known yet, in a place that was reserved. */
  const enter = async (leave: () => void, store: CollectionStore): Promise<void> => {
    const opened = await load(store);
    const { name } = opened.collection.settings;
    const entry = createEntry(name, store.folder);
    known.set(name, { entry, figures: undefined });
    set.enter(entry, opened, leave);
  };
  const openAtStart = async (name: string, path: string): Promise<void> => {
    const leave = await set.reserve({});
    try {
      await enter(leave, await openStore(path, opening));
    } catch (error) {
      leave();
      refuse(name, path, error);
      if (!refused.has(name)) throw error;
    }
  };
  try {
    for (const found of folder.found) {
      const { name, path } = found;
      if ("fault" in found) {
        refused.set(name, found.fault);
        continue;
      }
      const figures = readFigures(path);
      if (figures?.settings.name === name) {
        known.set(name, { entry: createEntry(name, path), figures });
        continue;
      }
      await openAtStart(name, path);
    }
    checkCount(known.size + refused.size - 1, options.limits);
  } catch (error) {
    await closeAll();
    throw error;
  }

  const find = (name: string): Known => {
    if (isStopping) throw stopping();
    const fault = refused.get(name);
    if (fault !== undefined) throw fault;
    const found = known.get(name);
    if (found === undefined) throw notFound(name);
    return found;
  };
  /** Takes a name, and a place for one more open collection. */
  const begin = async (name: string): Promise<Making> => {
    if (isStopping) throw stopping();
    const fault = refused.get(name);
    if (fault !== undefined) throw fault;
    if (known.has(name) || creating.has(name))
      throw new SluiceError("COLLECTION_EXISTS", `there is a collection "${name}" already`);
    checkCount(known.size + refused.size + creating.size, options.limits);
    creating.add(name);
    let leave: (() => void) | undefined;
    const end = (): void => {
      creating.delete(name);
      leave?.();
    };
    try {
      leave = await set.reserve({});
    } catch (error) {
      end();
      throw error;
    }
    return {
      end,
      async enter(store) {
        if (leave !== undefined) await enter(leave, store);
        // From now on the place is the collection's.
        leave = undefined;
      },
    };
  };
  const acquire: Collections["acquire"] = async (name, wait = {}) =>
    set.acquire(find(name).entry, wait);
  const figuresOfKnown = ({ entry, figures }: Known): CollectionFigures => {
    const now = entry.opened === undefined ? figures : figuresOf(entry.opened);
    return present(now, "a closed collection has figures");
  };
  return {
    check: (name) => void find(name),
    acquire,
    async use(name, work, wait) {
      const { opened, release } = await acquire(name, wait);
      try {
        return await work(opened);
      } finally {
        release();
      }
    },
    opened: (name) => known.get(name)?.entry.opened,
    figures: (name) => figuresOfKnown(find(name)),
    list: () => [...known.values()].map(figuresOfKnown),
    listOpen: () =>
      [...known.values()].flatMap(({ entry: { opened } }) => (opened ? [figuresOf(opened)] : [])),
    refused: () => byName(refused),
    settingsOf(name) {
      const one = known.get(name);
      return one && figuresOfKnown(one).settings;
    },
    counts: () => ({
      known: known.size,
      open: set.openCount(),
      openMax: options.limits.openMax,
    }),
    async *adopt(name, make) {
      const making = await begin(name);
      try {
        const path = yield* make(randomBytes(8).toString("hex"));
        await making.enter(await openStore(path, opening));
      } finally {
        making.end();
      }
    },
    async create(settings) {
      const making = await begin(settings.name);
      try {
        await making.enter(await makeStore(folder, settings, opening));
      } finally {
        making.end();
      }
    },
    async drop(name) {
      const { entry } = find(name);
      folder.checkWritable();
      known.delete(name);
      const gone = new SluiceError("COLLECTION_NOT_FOUND", `collection "${name}" was dropped`);
      await set.drop(entry, (opened) => closeFor(gone, entry, opened));
      folder.removeCollectionFolder(entry.folder);
    },
    quarantine({ folder: path, ...damage }) {
      for (const { entry } of known.values())
        if (entry.folder === path) entry.opened?.writer.quarantine(damage).catch(() => undefined);
    },
    close: closeAll,
  };
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
