// The store of a collection: opened in the present format, or made with what a new one has.

import { randomBytes } from "node:crypto";

import { initializeCollection } from "../index/stored-collection.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import { migrateCollection } from "../ingest/migrate.js";
import type { DataFolder } from "../store/data-folder.js";
import { openLmdbStore } from "../store/lmdb-store.js";
import type { CollectionStore } from "../store/store.js";
import type { StoreOptions } from "../store/write-guard.js";

export interface StoreOpening {
  readonly storeOptions: StoreOptions;
  /** Called with a collection of an older format after its migration to the present one. */
  readonly onMigrated?: ((folder: string, segmentCount: number) => void) | undefined;
}

/** A store in the present format. Closed again when it throws. */
export async function openStore(
  path: string,
  { storeOptions, onMigrated }: StoreOpening,
): Promise<CollectionStore> {
  const store = openLmdbStore(path, storeOptions);
  try {
    const { segmentCount, journalCount } = await migrateCollection(store);
    if (segmentCount + journalCount > 0) onMigrated?.(path, segmentCount);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** A store with the manifest of an empty collection; nothing is left of one that cannot be made. */
export async function makeStore(
  folder: DataFolder,
  settings: CollectionSettings,
  { storeOptions }: StoreOpening,
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
