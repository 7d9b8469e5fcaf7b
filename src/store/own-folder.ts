// The folders that Sluice makes, and the proof that they are its own: a mark that is written into a
// folder before anything else, and that names the folder. What has no such mark is never deleted,
// and of what has one only the files that Sluice writes are, by their names.

import { lstatSync, mkdirSync, renameSync, rmSync, rmdirSync, unlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { isSluiceError } from "../core/errors.js";
import { cardName } from "./collection-card.js";
import { hasCode, toStoreError } from "./store-errors.js";
import { readSmallFile, syncFolder, writeDurably } from "./sync.js";

/** making: nothing in it was acknowledged yet. deleting: nothing in it is wanted any more. */
export type OwnWork = "making" | "deleting";

const markName = "unfinished.json";
const markBytesMax = 512;

/**
 * Of a snapshot that is being made; its id follows. No suffix: lmdb takes a dot for a file's name.
 */
export const unfinishedPrefix = "unfinished-";

/** Every file that Sluice writes into a folder of a collection or a snapshot. */
export const ownFileNames: readonly string[] = [
  "data.mdb",
  "lock.mdb",
  "collection.json",
  "snapshot.json",
  cardName,
  markName,
  `${markName}.new`,
];

/**
 * Makes the folder, which must not exist, for its owner only; its mark is on disk when it returns.
 * Throws errors of the file system, mapped by `toStoreError`.
 */
export function beginOwnFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
    try {
      writeMark(path, "making");
      syncFolder(dirname(path));
    } catch (error) {
      for (const name of [markName, `${markName}.new`]) rmSync(join(path, name), { force: true });
      rmdirSync(path);
      throw error;
    }
  } catch (error) {
    throw toStoreError(error, `cannot make the folder ${basename(path)}`);
  }
}

/** From now on the folder is what it was made for. */
export function finishOwnFolder(path: string): void {
  try {
    unlinkSync(join(path, markName));
    syncFolder(path);
  } catch (error) {
    throw toStoreError(error, `cannot finish the folder ${basename(path)}`);
  }
}

/** Returns undefined unless a mark proves that the folder is unfinished work of Sluice. */
export function ownWorkIn(path: string): OwnWork | undefined {
  const text = readSmallFile(join(path, markName), markBytesMax);
  if (text === undefined) return undefined;
  for (const work of ["making", "deleting"] as const)
    if (text === markText(path, work)) return work;
  return undefined;
}

/**
 * Deletes what Sluice wrote into one of its folders, and the folder; a crash in between is made up
 * for at the next start. False: the folder stays, since it holds something else.
 */
export function deleteOwnFolder(path: string): boolean {
  try {
    if (ownWorkIn(path) !== "deleting") markForDeletion(path);
    for (const name of ownFileNames) if (name !== markName) deleteFile(join(path, name));
    if (ownWorkIn(path) !== undefined) deleteFile(join(path, markName));
    rmdirSync(path);
    syncFolder(dirname(path));
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return true;
    if (hasCode(error, "ENOTEMPTY", "EEXIST")) return false;
    throw toStoreError(error, `cannot delete the folder ${basename(path)}`);
  }
}

function markForDeletion(path: string): void {
  // Somebody else's file of that name stays, and a crash meanwhile leaves a part of the folder.
  const isFree = lstatSync(join(path, markName), { throwIfNoEntry: false }) === undefined;
  if (!isFree && ownWorkIn(path) === undefined) return;
  try {
    writeMark(path, "deleting");
  } catch (error) {
    const failure = toStoreError(error, "");
    if (!isSluiceError(failure) || failure.reason !== "DISK_FULL") throw error;
    // Deleting is what helps then.
  }
}

/** In one step, also in the place of another mark. */
function writeMark(path: string, work: OwnWork): void {
  const fresh = join(path, `${markName}.new`);
  rmSync(fresh, { force: true });
  writeDurably(fresh, markText(path, work));
  renameSync(fresh, join(path, markName));
  syncFolder(path);
}

function markText(path: string, work: OwnWork): string {
  const name = basename(path);
  const id = name.startsWith(unfinishedPrefix) ? name.slice(unfinishedPrefix.length) : name;
  return `${JSON.stringify({ program: "sluice", folder: id, work })}\n`;
}

/** Nothing but a file is deleted: a link of that name, or a folder, is not Sluice's. */
function deleteFile(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === true) unlinkSync(path);
}
