// Gives the free pages of a collection's file back to the disk: a copy without them takes its place.

import { randomBytes } from "node:crypto";
import { renameSync } from "node:fs";
import { join } from "node:path";

import { SluiceError } from "../core/errors.js";
import type { DataFolder } from "../store/data-folder.js";
import { openLmdbStore } from "../store/lmdb-store.js";
import { closeToOthers } from "../store/permissions.js";
import type { CollectionStore } from "../store/store.js";
import { syncFile, syncFolder } from "../store/sync.js";

/** The least share of a file that is worth a copy of the rest. */
const freeShareMin = 1 / 16;

export function isWorthCompacting(store: CollectionStore): boolean {
  return store.freeBytes() >= freeShareMin * store.diskBytes();
}

/** Migrates a closed store of format 1, then reads and checks every value; one line a damage. */
export type VerifyFolder = (folder: string) => Promise<readonly string[]>;

/**
 * Replaces the file in the folder `path` of a closed collection. The copy is verified and on disk
 * before it is renamed over the file, which is atomic: a process that ends at any moment leaves one
 * of the two, and both hold the same. Throws DISK_FULL, and DATA_CORRUPT for a copy that is damaged;
 * then the file is as it was. O(data).
 */
export async function compactFile(
  path: string,
  { folder, verify }: { readonly folder: DataFolder; readonly verify: VerifyFolder },
): Promise<void> {
  folder.checkWritable();
  const id = randomBytes(8).toString("hex");
  const copy = folder.prepareFolder(id);
  try {
    const store = openLmdbStore(path);
    try {
      await store.copyTo(copy);
    } finally {
      await store.close();
    }
    const damages = await verify(copy);
    if (damages.length > 0)
      throw new SluiceError("DATA_CORRUPT", `the copy is damaged: ${damages.join("; ")}`);
    const file = join(copy, "data.mdb");
    closeToOthers(file);
    syncFile(file);
    renameSync(file, join(path, "data.mdb"));
    syncFolder(path);
  } finally {
    folder.dropPrepared(id);
  }
}
