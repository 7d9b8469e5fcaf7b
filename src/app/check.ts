// Verifies a data folder that no server holds: every stored byte against its checksum.

import { existsSync } from "node:fs";

import { SluiceError } from "../core/errors.js";
import { openDataFolder } from "../store/data-folder.js";
import { openLmdbStore } from "../store/lmdb-store.js";

export interface CheckReport {
  readonly collections: readonly CollectionCheck[];
  readonly isSound: boolean;
}

export interface CollectionCheck {
  readonly name: string;
  readonly folder: string;
  /** Stored values that were read. */
  readonly valueCount: number;
  /** One line a damaged value, naming it. */
  readonly damages: readonly string[];
}

/**
 * Throws DATA_FOLDER_LOCKED while a server holds the folder, and DATA_FORMAT_NEWER. Damage below the
 * values (a cut file) can end the process: run it as one of its own. O(data).
 */
export async function checkDataFolder(
  path: string,
  onCollection: (check: CollectionCheck) => void = () => undefined,
): Promise<CheckReport> {
  if (!existsSync(path))
    throw new SluiceError("INVALID_CONFIG", `there is no data folder ${path}`, { field: "data" });
  const folder = openDataFolder(path);
  try {
    const collections: CollectionCheck[] = [];
    for (const collectionFolder of folder.collectionFolders()) {
      const check = await checkCollection(collectionFolder);
      onCollection(check);
      collections.push(check);
    }
    return { collections, isSound: collections.every(({ damages }) => damages.length === 0) };
  } finally {
    folder.close();
  }
}

async function checkCollection(folder: string): Promise<CollectionCheck> {
  const store = openLmdbStore(folder);
  try {
    if (!store.hasManifest()) return { name: "(unfinished)", folder, valueCount: 0, damages: [] };
    return { name: nameOf(store), folder, ...store.check() };
  } finally {
    await store.close();
  }
}

function nameOf(store: ReturnType<typeof openLmdbStore>): string {
  try {
    return store.readManifest().name;
  } catch (error) {
    if (error instanceof SluiceError && error.reason === "DATA_CORRUPT") return "(unreadable)";
    throw error;
  }
}
