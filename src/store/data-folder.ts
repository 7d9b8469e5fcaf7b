// The folder of a server's data: one sub-folder a collection, under names that the server makes.

import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import type { DataFinding } from "../core/readiness.js";
import { lockFolder } from "./folder-lock.js";
import { openSnapshotFolder } from "./snapshot-folder.js";
import type { SnapshotFolder } from "./snapshot-folder.js";
import { toStoreError } from "./store-errors.js";
import { syncFolder } from "./sync.js";

export interface DataFolder {
  readonly path: string;
  /** Folders of collections, finished or not, in a stable order. */
  collectionFolders(): string[];
  /** Makes a folder for a collection. `id`: letters and digits, not used before. */
  createCollectionFolder(id: string): string;
  /** A folder beside the collections to prepare one in; gone at the next start. */
  prepareFolder(id: string): string;
  /** Makes a prepared folder a collection's, at once; returns its path. Its store is closed. */
  adoptFolder(id: string): string;
  /** Deletes a prepared folder. */
  dropPrepared(id: string): void;
  readonly snapshots: SnapshotFolder;
  /** What lies in the folder and was left alone, by place. */
  findings(): readonly DataFinding[];
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
  const preparing = join(path, "preparing");
  rmSync(preparing, { recursive: true, force: true });
  return {
    path,
    findings: () => [],
    snapshots: openSnapshotFolder(path),
    prepareFolder(id) {
      const folder = join(preparing, id);
      mkdirSync(folder, { recursive: true });
      return folder;
    },
    adoptFolder(id) {
      const folder = join(collections, id);
      renameSync(join(preparing, id), folder);
      syncFolder(collections);
      return folder;
    },
    dropPrepared: (id) => rmSync(join(preparing, id), { recursive: true, force: true }),
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
