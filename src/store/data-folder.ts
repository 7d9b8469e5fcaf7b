// The folder of a server's data: one sub-folder a collection, under names that the server makes.

import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { basename, join } from "node:path";

import type { DataFinding } from "../core/readiness.js";
import { writeLabel } from "./collection-label.js";
import { discoverCollections, leftover, strangerAt } from "./discover-collections.js";
import type { FoundCollection } from "./discover-collections.js";
import { lockFilePattern, lockFolder } from "./folder-lock.js";
import type { FolderLock } from "./folder-lock.js";
import { openFolderWatch } from "./folder-watch.js";
import { beginOwnFolder, deleteOwnFolder, finishOwnFolder, ownWorkIn } from "./own-folder.js";
import { closeFolders } from "./permissions.js";
import { SnapshotFolder } from "./snapshot-folder.js";
import { toStoreError } from "./store-errors.js";
import { syncFolder } from "./sync.js";

export interface DataFolder {
  readonly path: string;
  /** As they were when the folder was opened, by place; those with a fault are refused. */
  readonly found: readonly FoundCollection[];
  /** Lines for the log about what was changed at the opening. */
  readonly notes: readonly string[];
  /**
   * Makes a folder for a collection; deleted at the next start unless finished. `id`: not used
   * before.
   */
  beginCollection(id: string): string;
  /** Makes what `beginCollection` returned the folder of a collection, for good. */
  finishCollection(path: string, name: string): void;
  /** A folder beside the collections to prepare one in; deleted at the next start. */
  prepareFolder(id: string): string;
  /** Makes a prepared folder a collection's, at once; returns its path. Its store is closed. */
  adoptFolder(id: string, name: string): string;
  /** Deletes a prepared folder. */
  dropPrepared(id: string): void;
  readonly snapshots: SnapshotFolder;
  /**
   * Deletes what Sluice wrote into a collection's folder, whose store is closed, and the folder.
   */
  removeCollectionFolder(path: string): void;
  /** Adds a finding, such as a collection that could not be opened. */
  leave(finding: DataFinding): void;
  /** What lies in the folder and was left alone, by place. */
  findings(): readonly DataFinding[];
  /** Throws DATA_FOLDER_UNAVAILABLE while the folder is not the one that was opened. */
  checkWritable(): void;
  /** Reports faults of the folder from now on; undefined once the fault is over. */
  watch(onChange: (fault: string | undefined) => void): void;
  close(): void;
}

/** Everything that Sluice has in a data folder, besides its lock. */
const ownEntries: readonly string[] = [
  "collections",
  "snapshots",
  "preparing",
  "access",
  "audit",
  "profiles",
];

/**
 * Makes the folder if need be and takes its lock: DATA_FOLDER_LOCKED names another holder. Deletes
 * what is proven to be unfinished work of Sluice's own, and nothing else. Throws DATA_FORMAT_NEWER.
 */
export function openDataFolder(path: string): DataFolder {
  const collections = join(path, "collections");
  try {
    // The one that is asked for may be anywhere; only what is made here is closed to others.
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (!existsSync(collections)) mkdirSync(collections, { mode: 0o700 });
    readdirSync(collections);
  } catch (error) {
    throw toStoreError(error, `cannot make the data folder ${path}`);
  }
  const lock = lockFolder(path);
  try {
    return openLocked(path, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openLocked(path: string, lock: FolderLock): DataFolder {
  const collections = join(path, "collections");
  const preparing = join(path, "preparing");
  const others = strangers(path);
  const left: DataFinding[] = [...others, ...cleanPreparing(preparing)];
  const snapshots = new SnapshotFolder(path);
  const { collections: found, findings } = discoverCollections(collections);
  left.push(...findings);
  const notes = closed([
    // A folder that others use, too, stays open to them; what is Sluice's in it does not.
    ...(others.length === 0 ? [path] : []),
    ...ownEntries.map((entry) => join(path, entry)),
    ...found.map((one) => one.path),
    ...snapshots.folders(),
  ]);
  const watch = openFolderWatch(path, lock.file);
  const discard = (folder: string, place: string): void => {
    if (!deleteOwnFolder(folder)) left.push(leftover(place));
  };
  return {
    path,
    found,
    notes,
    snapshots,
    beginCollection(id) {
      watch.check();
      const folder = join(collections, id);
      beginOwnFolder(folder);
      return folder;
    },
    finishCollection: finishAs,
    prepareFolder(id) {
      watch.check();
      const folder = join(preparing, id);
      makePreparing(preparing);
      beginOwnFolder(folder);
      return folder;
    },
    adoptFolder(id, name) {
      watch.check();
      const folder = join(collections, id);
      renameSync(join(preparing, id), folder);
      syncFolder(collections);
      finishAs(folder, name);
      return folder;
    },
    dropPrepared: (id) => discard(join(preparing, id), `preparing/${id}`),
    removeCollectionFolder: (folder) => discard(folder, `collections/${basename(folder)}`),
    leave: (finding) => void left.push(finding),
    findings: () => [...left, ...snapshots.findings].sort(byPlace),
    checkWritable: () => watch.check(),
    watch: (onChange) => watch.start(onChange),
    close() {
      watch.close();
      lock.release();
    },
  };
}

function byPlace(a: DataFinding, b: DataFinding): number {
  return a.place < b.place ? -1 : a.place > b.place ? 1 : 0;
}

function finishAs(folder: string, name: string): void {
  try {
    writeLabel(folder, name);
  } catch (error) {
    throw toStoreError(error, `cannot finish the collection "${name}"`);
  }
  finishOwnFolder(folder);
}

function makePreparing(preparing: string): void {
  try {
    if (!existsSync(preparing)) mkdirSync(preparing, { mode: 0o700 });
  } catch (error) {
    throw toStoreError(error, "cannot make the folder preparing in the data folder");
  }
}

/** Deletes what an earlier process was preparing; the rest is not Sluice's, or not for sure. */
function cleanPreparing(preparing: string): DataFinding[] {
  const stranger = strangerAt(preparing, "preparing");
  if (stranger !== undefined) return [stranger];
  if (!existsSync(preparing)) return [];
  return readdirSync(preparing)
    .sort()
    .flatMap((entry): DataFinding[] => {
      const path = join(preparing, entry);
      const place = `preparing/${entry}`;
      const inPlace = strangerAt(path, place);
      if (inPlace !== undefined) return [inPlace];
      if (ownWorkIn(path) !== undefined) return deleteOwnFolder(path) ? [] : [leftover(place)];
      const message =
        "this may be unfinished work, but nothing proves it; delete it if nobody wants it";
      return [{ place, kind: "unfinished", message }];
    });
}

/** What lies in the data folder itself and is none of Sluice's. */
function strangers(path: string): DataFinding[] {
  return readdirSync(path)
    .sort()
    .flatMap((entry): DataFinding[] => {
      if (lockFilePattern.test(entry) || ownEntries.includes(entry)) return [];
      const message = "Sluice did not write this; move it elsewhere";
      const stranger = strangerAt(join(path, entry), entry);
      return [stranger ?? { place: entry, kind: "foreign", message }];
    });
}

/** Lines for the log about what was taken from everybody but its owner. */
function closed(folders: readonly string[]): string[] {
  const { count, refusedCount } = closeFolders(folders);
  const notes: string[] = [];
  if (count > 0)
    notes.push(
      `${count} files and folders of the data folder were open to other users, and were closed`,
    );
  if (refusedCount > 0)
    notes.push(
      `${refusedCount} files and folders of the data folder stay open to other users, since they belong to one`,
    );
  return notes;
}
