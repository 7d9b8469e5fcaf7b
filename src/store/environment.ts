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
 * The first handle of a folder; the caller sees to it that nobody else writes there. Throws
 * DATA_CORRUPT when the folder holds a data file that LMDB did not write.
 */
export function openEnvironment(folder: string): RootDatabase<Buffer, string> {
  try {
    checkEnvironmentFile(folder);
    allocateLockFile(folder, lockFileBytes);
    return openHandle(folder);
  } catch (error) {
    throw toStoreError(error, `cannot open ${folder}`);
  }
}

/**
 * A further handle, while the first is open: its folder was looked at, and is left alone. What is
 * mended at first, a file that is too short, looks the same as one that a commit is just filling.
 */
export function joinEnvironment(folder: string): RootDatabase<Buffer, string> {
  try {
    return openHandle(folder);
  } catch (error) {
    throw toStoreError(error, `cannot open ${folder}`);
  }
}

function openHandle(folder: string): RootDatabase<Buffer, string> {
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
}
