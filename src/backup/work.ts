// The tasks of the process that works on backups.

import { stat } from "node:fs/promises";

import { SluiceError, isSluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { BackupInfo, BackupResults, BackupSettings, BackupTask } from "./backup.protocol.js";
import { download } from "./download.js";
import { listBackups } from "./list.js";
import type { ListedBackup } from "./list.js";
import { keysOf, readManifest } from "./manifest.js";
import type { BackupManifest, BackupPlace } from "./manifest.js";
import type { ObjectStore } from "./object-store.js";
import { expired, removeBackup, removeUnfinished } from "./remove.js";
import { upload } from "./upload.js";

interface Following {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Throws SNAPSHOT_NOT_FOUND and as the parts say. */
export async function workOn(
  store: ObjectStore,
  { settings, task }: { readonly settings: BackupSettings; readonly task: BackupTask },
  { signal, onProgress }: Following,
): Promise<BackupResults[keyof BackupResults]> {
  const { prefix } = settings.target;
  switch (task.kind) {
    case "list": {
      const { backups, unusable } = await listBackups(store, prefix);
      return { backups: backups.map(toInfo), warnings: unusable.map(({ error }) => textOf(error)) };
    }
    case "upload": {
      const { size } = await stat(task.file);
      await upload(store, {
        ...task,
        prefix,
        signal,
        isReadBack: settings.isReadBack,
        onBytes: (bytes) => onProgress(bytes, size),
      });
      return { warnings: await cleanUp(store, settings, task.place) };
    }
    case "download": {
      const manifest = await manifestOf(store, prefix, task.place);
      const onBytes = (bytes: number): void => onProgress(bytes, manifest.bytes);
      await download(store, { ...task, prefix, manifest, signal, onBytes });
      return null;
    }
    case "remove": {
      const manifest = await manifestOf(store, prefix, task.place);
      await removeBackup(store, { prefix, place: task.place }, manifest.parts.length);
      return null;
    }
  }
}

async function manifestOf(
  store: ObjectStore,
  prefix: string,
  place: BackupPlace,
): Promise<BackupManifest> {
  const found = await store.get(keysOf(prefix, place).manifest, limits.backupManifestBytes);
  if (found !== undefined) return readManifest(found.body, place);
  throw new SluiceError("SNAPSHOT_NOT_FOUND", `there is no backup "${place.name}" any more`, {
    field: "snapshot_name",
  });
}

/** Removes expired backups and what interrupted ones left; returns what could not be removed. */
async function cleanUp(
  store: ObjectStore,
  { target: { prefix }, retention }: BackupSettings,
  made: BackupPlace,
): Promise<string[]> {
  const warnings: string[] = [];
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!isSluiceError(error)) throw error;
      warnings.push(error.message);
    }
  };
  await attempt(async () => {
    const { backups, unfinished } = await listBackups(store, prefix);
    const newest = backups.find(({ place }) => place.id === made.id);
    if (newest === undefined) return;
    for (const { place, manifest } of expired(backups, newest, retention))
      await attempt(() => removeBackup(store, { prefix, place }, manifest.parts.length));
    for (const place of unfinished)
      await attempt(() => removeUnfinished(store, { prefix, place }, newest.modifiedMs));
  });
  return warnings;
}

function toInfo({ place, manifest, modifiedMs }: ListedBackup): BackupInfo {
  const { name, collection, lastSequence, isNamed, bytes } = manifest;
  return { name, collection, lastSequence, isNamed, bytes, id: place.id, createdMs: modifiedMs };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
