// Opens LMDB environments. All threads of the process share one environment a folder, with one map.

import { open } from "lmdb";
import type { RootDatabase } from "lmdb";

import { allocateLockFile, checkEnvironmentFile } from "./environment-file.js";
import { toStoreError } from "./store-errors.js";

/**
 * Address space reserved for the map; a collection cannot grow beyond it. LMDB would otherwise move
 * the map when the file outgrows it, under the views that workers score in.
 */
const mapBytes = 256 * 2 ** 30;

/** Read transactions at a time. */
const readersMax = 1024;

/** 64 for each (struct MDB_reader) behind less than a page (struct MDB_txninfo). */
const lockFileBytes = 64 * readersMax + 4096;

/** Of the database of documents, for every handle on it. */
export const documentOptions = {
  keyEncoding: "binary",
  encoding: "binary",
  compression: true,
} as const;

/**
 * To be called before the first handle of a folder is opened, and only then: what is mended here, a
 * file that is too short, looks the same as one that a commit is just filling. Throws DATA_CORRUPT
 * when the folder holds a data file that LMDB did not write, and what the file system says.
 */
export function prepareEnvironment(folder: string): void {
  checkEnvironmentFile(folder);
  allocateLockFile(folder, lockFileBytes);
}

/** A handle of a folder that was prepared. */
export function openEnvironment(folder: string): RootDatabase<Buffer, string> {
  try {
    return open<Buffer, string>({
      path: folder,
      encoding: "binary",
      // A commit is acknowledged only when it is on disk: with overlapping sync, power cuts lost
      // acknowledged writes.
      overlappingSync: false,
      // With it, lmdb makes a second promise for a commit that nobody sees; when the commit fails,
      // its rejection would end the process.
      eventTurnBatching: false,
      maxDbs: 16,
      maxReaders: readersMax,
      mapSize: mapBytes,
    });
  } catch (error) {
    throw toStoreError(error, `cannot open ${folder}`);
  }
}
