// The open collections of a server: found on disk at start, made and dropped on request.

import { randomBytes } from "node:crypto";

import { SluiceError, isSluiceError } from "../core/errors.js";
import type { RefusedCollection } from "../core/readiness.js";
import { limits } from "../core/limits.js";
import { closeCollection, initializeCollection, openCollection } from "../index/collection.js";
import type { Collection } from "../index/collection.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import { createCollectionWriter } from "../ingest/collection-writer.js";
import type { CollectionWriter, WriterOptions } from "../ingest/collection-writer.js";
import { migrateCollection } from "../ingest/migrate.js";
import type { DataFolder } from "../store/data-folder.js";
import { openLmdbStore } from "../store/lmdb-store.js";
import type { StoreOptions } from "../store/lmdb-store.js";
import type { CodesDamage } from "../scoring/pool-scorer.js";
import type { CollectionStore } from "../store/store.js";

export interface OpenCollection {
  readonly collection: Collection;
  readonly writer: CollectionWriter;
  /** Running searches, each with its end: the store is closed only after them. */
  readonly searches: Map<AbortController, Promise<void>>;
}

export interface Collections {
  /** Throws COLLECTION_NOT_FOUND, and DATA_CORRUPT or NAME_AMBIGUOUS for one that is refused. */
  get(name: string): OpenCollection;
  list(): OpenCollection[];
  /** Known by name and not served, by name. */
  refused(): readonly RefusedCollection[];
  /** Throws COLLECTION_EXISTS, LIMIT_EXCEEDED, DATA_FOLDER_UNAVAILABLE, and as `get` if refused. */
  create(settings: CollectionSettings): Promise<OpenCollection>;
  drop(name: string): Promise<void>;
  /** Leaves a segment whose codes were found damaged out of every search from now on. */
  quarantine(damage: CodesDamage): void;
  /**
   * Opens a collection that `make` puts into a folder of its own, under an id that it is given; the
   * name is taken meanwhile. Throws as `create`, and what `make` throws.
   */
  adopt<Progress>(
    name: string,
    make: (id: string) => AsyncGenerator<Progress, string, void>,
  ): AsyncGenerator<Progress, OpenCollection, void>;
  /** Ends running searches, waits for writes under way and closes every store. */
  close(): Promise<void>;
}

export interface CollectionOptions extends WriterOptions {
  /** Told of the folder of a collection that was closed: nothing of it may be kept mapped. */
  readonly onClosed?: ((folder: string) => void) | undefined;
  /** Told of a disk that failed: nothing more is written to the collection in that folder. */
  readonly onStorageFailed?: ((error: SluiceError) => void) | undefined;
  /** Told of a collection that an older version wrote and that is now in the present format. */
  readonly onMigrated?: ((folder: string, segmentCount: number) => void) | undefined;
}

/** Opens what the folder has found; a collection that cannot be opened is refused by its name. */
export async function openCollections(
  folder: DataFolder,
  options: CollectionOptions,
): Promise<Collections> {
  const open = new Map<string, OpenCollection>();
  const creating = new Set<string>();
  const refused = new Map<string, SluiceError>();
  const storeOptions: StoreOptions = {
    onFailed: options.onStorageFailed,
    checkWritable: () => folder.checkWritable(),
  };

  const add = (store: CollectionStore): OpenCollection => {
    const collection = openCollection(store);
    const writer = createCollectionWriter(collection, options);
    const opened: OpenCollection = { collection, writer, searches: new Map() };
    open.set(collection.settings.name, opened);
    writer.maintain();
    return opened;
  };
  const close = async (opened: OpenCollection, reason: SluiceError): Promise<void> => {
    await closeOne(opened, reason);
    options.onClosed?.(opened.collection.store.folder);
  };
  const closeAll = async (): Promise<void> => {
    const stopping = new SluiceError("NOT_READY", "the server is stopping; try again later");
    for (const opened of open.values()) await close(opened, stopping);
    open.clear();
  };
  try {
    for (const found of folder.found) {
      const { name, path, place } = found;
      if ("fault" in found) {
        refused.set(name, found.fault);
        continue;
      }
      try {
        add(await openStore(path, { storeOptions, onMigrated: options.onMigrated }));
      } catch (error) {
        if (!isSluiceError(error) || error.reason !== "DATA_CORRUPT") throw error;
        refused.set(name, error);
        folder.leave({ place, kind: "damaged", message: error.message });
      }
    }
  } catch (error) {
    await closeAll();
    throw error;
  }

  const get = (name: string): OpenCollection => {
    const found = open.get(name);
    const fault = refused.get(name);
    if (fault !== undefined) throw fault;
    if (found === undefined)
      throw new SluiceError("COLLECTION_NOT_FOUND", `there is no collection "${name}"`, {
        field: "collection",
      });
    return found;
  };
  const takeName = (name: string): void => {
    const fault = refused.get(name);
    if (fault !== undefined) throw fault;
    if (open.has(name) || creating.has(name))
      throw new SluiceError("COLLECTION_EXISTS", `there is a collection "${name}" already`);
    // Those that are being made count, too.
    const count = open.size + creating.size;
    if (count >= limits.collectionCountMax)
      throw new SluiceError(
        "LIMIT_EXCEEDED",
        `there are ${count} collections, the limit is ${limits.collectionCountMax}`,
      );
    creating.add(name);
  };
  return {
    get,
    list: () => [...open.values()],
    refused: () =>
      [...refused]
        .map(([name, { reason, message }]) => ({ name, reason, message }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    async *adopt(name, make) {
      takeName(name);
      try {
        const path = yield* make(randomBytes(8).toString("hex"));
        return add(await openStore(path, { storeOptions }));
      } finally {
        creating.delete(name);
      }
    },
    async create(settings) {
      const { name } = settings;
      takeName(name);
      try {
        return add(await makeStore(folder, settings, storeOptions));
      } finally {
        creating.delete(name);
      }
    },
    async drop(name) {
      const opened = get(name);
      folder.checkWritable();
      open.delete(name);
      const gone = new SluiceError("COLLECTION_NOT_FOUND", `collection "${name}" was dropped`);
      await close(opened, gone);
      folder.removeCollectionFolder(opened.collection.store.folder);
    },
    quarantine({ folder: path, ...damage }) {
      for (const { collection, writer } of open.values())
        if (collection.store.folder === path) writer.quarantine(damage).catch(() => undefined);
    },
    close: closeAll,
  };
}

/** A store in the present format. Closed again when it throws. */
async function openStore(
  path: string,
  options: {
    readonly storeOptions: StoreOptions;
    readonly onMigrated?: CollectionOptions["onMigrated"];
  },
): Promise<CollectionStore> {
  const store = openLmdbStore(path, options.storeOptions);
  try {
    const { segmentCount, journalCount } = await migrateCollection(store);
    if (segmentCount + journalCount > 0) options.onMigrated?.(path, segmentCount);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** A store with the manifest of an empty collection; nothing is left of one that cannot be made. */
async function makeStore(
  folder: DataFolder,
  settings: CollectionSettings,
  storeOptions: StoreOptions,
): Promise<CollectionStore> {
  const path = folder.beginCollection(randomBytes(8).toString("hex"));
  try {
    const store = openLmdbStore(path, storeOptions);
    try {
      await initializeCollection(store, settings);
      folder.finishCollection(path, settings.name);
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  } catch (error) {
    folder.removeCollectionFolder(path);
    throw error;
  }
}

/** Ends running searches with `reason`, waits for writes under way, closes the store. */
async function closeOne(
  { collection, writer, searches }: OpenCollection,
  reason: SluiceError,
): Promise<void> {
  for (const controller of searches.keys()) controller.abort(reason);
  await Promise.allSettled(searches.values());
  await writer.close();
  await closeCollection(collection);
}
