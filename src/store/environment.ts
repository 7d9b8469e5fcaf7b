// Opens LMDB environments. All threads of the process share one environment a folder, with one map.

import { basename } from "node:path";

import { open } from "lmdb";
import type { RootDatabase, RootDatabaseOptionsWithPath } from "lmdb";

import { allocateLockFile, checkEnvironmentFile, environmentBytes } from "./environment-file.js";
import { chooseMapBytes } from "./map-size.js";
import { checkDescriptors } from "./process-limits.js";
import { toStoreError } from "./store-errors.js";

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

/**
 * Descriptors of an environment: its file, the same for meta pages, its lock file; one in passing.
 */
const descriptorCount = 4;

export interface Environment {
  readonly root: RootDatabase<Buffer, string>;
  /** Address space of the map, unless another handle of this process was first. */
  readonly mapBytes: number;
}

/**
 * A handle of a folder that was prepared. The map's size is chosen here and kept: LMDB would map
 * the file anew when it outgrows the map, and end the process when it cannot. Throws SYSTEM_LIMIT,
 * before LMDB opens it: an environment that it fails to open ends the process.
 */
export function openEnvironment(folder: string): Environment {
  checkDescriptors(descriptorCount, `opening ${basename(folder)}`);
  const mapBytes = chooseMapBytes(environmentBytes(folder), basename(folder));
  // Options of lmdb that its types lack.
  const options: RootDatabaseOptionsWithPath & { readonly permissionsMode: number } = {
    path: folder,
    encoding: "binary",
    // A commit is acknowledged only when it is on disk: with overlapping sync, power cuts lost
    // acknowledged writes.
    overlappingSync: false,
    // With it, lmdb makes a second promise for a commit that nothing handles; when the commit
    // fails, its rejection would end the process.
    eventTurnBatching: false,
    maxDbs: 16,
    maxReaders: readersMax,
    mapSize: mapBytes,
    permissionsMode: 0o600,
  };
  try {
    return { root: open<Buffer, string>(options), mapBytes };
  } catch (error) {
    throw toStoreError(error, `cannot open ${basename(folder)}`);
  }
}
