// The folder of a server's data: one sub-folder a collection, under names that the server makes.

import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { lockFolder } from "./folder-lock.js";
import { toStoreError } from "./store-errors.js";

export interface DataFolder {
  readonly path: string;
  /** Folders of collections, finished or not, in a stable order. */
  collectionFolders(): string[];
  /** Makes a folder for a collection. `id`: letters and digits, not used before. */
  createCollectionFolder(id: string): string;
  /** Deletes a collection's folder, whose store is closed. */
  removeCollectionFolder(folder: string): void;
  close(): void;
}

/** Makes the folder if need be and takes its lock: DATA_FOLDER_LOCKED names another holder. */
export function openDataFolder(path: string): DataFolder {
  const collections = join(path, "collections");
  try {
    mkdirSync(collections, { recursive: true });
  } catch (error) {
    throw toStoreError(error, `cannot make the data folder ${path}`);
  }
  const lock = lockFolder(path);
  return {
    path,
    collectionFolders: () =>
      readdirSync(collections)
        .sort()
        .map((name) => join(collections, name)),
    createCollectionFolder(id) {
      const folder = join(collections, id);
      mkdirSync(folder);
      syncFolder(collections);
      return folder;
    },
    removeCollectionFolder(folder) {
      rmSync(folder, { recursive: true, force: true });
      syncFolder(collections);
    },
    close: () => lock.release(),
  };
}

/** A new name in a folder is on disk only when the folder is. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
