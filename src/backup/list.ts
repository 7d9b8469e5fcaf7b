// The backups under a prefix.

import { isSluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { inParallel } from "./in-parallel.js";
import { keysOf, placeOfFolder, readManifest } from "./manifest.js";
import type { BackupManifest, BackupPlace } from "./manifest.js";
import type { ObjectStore } from "./object-store.js";

export interface ListedBackup {
  readonly place: BackupPlace;
  readonly manifest: BackupManifest;
  /** Time of the manifest by the storage's clock, milliseconds since 1970. */
  readonly modifiedMs: number;
}

export interface Listing {
  /** Complete ones, newest first. */
  readonly backups: readonly ListedBackup[];
  /** Without a manifest: interrupted, or being made. */
  readonly unfinished: readonly BackupPlace[];
  /** With a manifest that cannot be used, and why. */
  readonly unusable: readonly { readonly place: BackupPlace; readonly error: unknown }[];
}

/** One request for each thousand folders, and one for each backup. */
export async function listBackups(store: ObjectStore, prefix: string): Promise<Listing> {
  const places = (await store.folders(prefix)).flatMap((folder) => placeOfFolder(folder) ?? []);
  const backups: ListedBackup[] = [];
  const unfinished: BackupPlace[] = [];
  const unusable: { place: BackupPlace; error: unknown }[] = [];
  await inParallel(places.length, { width: limits.backupRequests }, async (number) => {
    const place = places[number];
    if (place === undefined) return;
    const found = await store.get(keysOf(prefix, place).manifest, limits.backupManifestBytes);
    if (found === undefined) {
      unfinished.push(place);
      return;
    }
    try {
      const manifest = readManifest(found.body, place);
      backups.push({ place, manifest, modifiedMs: found.modifiedMs });
    } catch (error) {
      if (!isSluiceError(error)) throw error;
      unusable.push({ place, error });
    }
  });
  backups.sort((a, b) => b.modifiedMs - a.modifiedMs || (a.place.name < b.place.name ? -1 : 1));
  return { backups, unfinished, unusable };
}
