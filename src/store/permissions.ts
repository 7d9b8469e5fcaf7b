// Permissions of stored files: only the owner may read them, whatever the umask is.

import { chmodSync, lstatSync } from "node:fs";
import { join } from "node:path";

import { ownFileNames } from "./own-folder.js";
import { hasCode } from "./store-errors.js";

const othersBits = 0o077;

/** Takes a file or a folder from everybody but its owner. True: others had rights to it. */
export function closeToOthers(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || (!stat.isFile() && !stat.isDirectory())) return false;
  if ((stat.mode & othersBits) === 0) return false;
  chmodSync(path, stat.mode & 0o7700);
  return true;
}

export interface Closed {
  /** Files and folders that others had rights to and have no more. */
  readonly count: number;
  /** Those that could not be changed: another user owns them. */
  readonly refusedCount: number;
}

/** Each folder that is there and Sluice's own files in it, no other ones. */
export function closeFolders(folders: readonly string[]): Closed {
  let [count, refusedCount] = [0, 0];
  const close = (path: string): void => {
    try {
      if (closeToOthers(path)) count += 1;
    } catch (error) {
      if (!hasCode(error, "EPERM", "EACCES", "EROFS")) throw error;
      refusedCount += 1;
    }
  };
  for (const folder of folders) {
    close(folder);
    for (const name of ownFileNames) close(join(folder, name));
  }
  return { count, refusedCount };
}
