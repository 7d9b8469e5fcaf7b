// Snapshots of collections while they are served, and collections made from them.

import { randomBytes } from "node:crypto";
import { copyFile } from "node:fs/promises";
import { constants, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { SluiceError } from "../core/errors.js";
import type { JobProgress } from "./api.js";
import type { DataFolder } from "../store/data-folder.js";
import { openLmdbStore } from "../store/lmdb-store.js";
import type { SnapshotInfo } from "../store/snapshot-folder.js";
import { syncFile, syncFolder } from "../store/sync.js";
import type { Collections } from "./collections.js";
import { compactFile } from "./compaction.js";
import type { VerifyFolder } from "./compaction.js";
import { holdOpen } from "./open-collection.js";
import type { OpenCollection } from "./open-collection.js";

/** Milliseconds between two reports of a copy's progress. */
const progressMs = 250;

export class Snapshots {
  private readonly collections: Collections;
  private readonly parts: { readonly folder: DataFolder; readonly verify: VerifyFolder };
  /** Names of snapshots that are being taken. */
  private readonly taking = new Set<string>();

  constructor(folder: DataFolder, collections: Collections, verify: VerifyFolder) {
    this.parts = { folder, verify };
    this.collections = collections;
  }

  list(): SnapshotInfo[] {
    return this.parts.folder.snapshots.list();
  }

  /** Replaces the file of a collection by a copy without free pages, while nobody uses it. */
  async compact(collection: string): Promise<void> {
    await this.collections.whileClosed(collection, (path) => compactFile(path, this.parts));
  }

  remove(name: string): void {
    this.parts.folder.checkWritable();
    this.parts.folder.snapshots.remove(name);
  }

  /** Throws SNAPSHOT_EXISTS, DISK_FULL, DATA_CORRUPT; then nothing is left of it. */
  async *take(
    opened: OpenCollection,
    asked: string | undefined,
  ): AsyncGenerator<JobProgress, SnapshotInfo, void> {
    const { snapshots } = this.parts.folder;
    const { store, settings } = opened.collection;
    const id = randomBytes(8).toString("hex");
    const name = asked ?? `${settings.name.slice(0, 45)}-${id}`;
    if (this.taking.has(name) || snapshots.list().some((known) => known.name === name))
      throw new SluiceError("SNAPSHOT_EXISTS", `there is a snapshot "${name}" already`, {
        field: "snapshot_name",
      });
    this.parts.folder.checkWritable();
    this.taking.add(name);
    const hold = holdOpen(opened);
    try {
      const path = snapshots.begin(id);
      yield* watched(store.copyTo(path), {
        step: "copying",
        file: join(path, "data.mdb"),
        total: store.diskBytes(),
      });
      const { lastSequence } = await verified(path, this.parts.verify);
      const bytes = statSync(join(path, "data.mdb")).size;
      const info = { name, collection: settings.name, lastSequence, bytes };
      yield { step: "verifying", done: bytes, total: bytes };
      snapshots.finish(id, info);
      return info;
    } catch (error) {
      snapshots.abandon(id);
      throw error;
    } finally {
      hold.end();
      this.taking.delete(name);
    }
  }

  /**
   * Ends with the name of the collection that was made. Throws SNAPSHOT_NOT_FOUND,
   * COLLECTION_EXISTS, LIMIT_EXCEEDED, DISK_FULL, DATA_CORRUPT; then nothing is made.
   */
  async *restore(
    snapshotName: string,
    asked: string | undefined,
  ): AsyncGenerator<JobProgress, string, void> {
    const { folder, verify } = this.parts;
    const { snapshots } = folder;
    folder.checkWritable();
    const source = join(snapshots.pathOf(snapshotName), "data.mdb");
    const info = snapshots.list().find(({ name }) => name === snapshotName);
    const name = asked ?? info?.collection ?? snapshotName;
    yield* this.collections.adopt(name, async function* (id) {
      const path = folder.prepareFolder(id);
      try {
        const copy = copyFile(source, join(path, "data.mdb"), constants.COPYFILE_EXCL);
        const total = statSync(source).size;
        yield* watched(copy, { step: "copying", file: join(path, "data.mdb"), total });
        await verified(path, verify);
        yield { step: "verifying", done: total, total };
        await rename(path, name);
        syncFile(join(path, "data.mdb"));
        syncFolder(path);
        return folder.adoptFolder(id, name);
      } catch (error) {
        folder.dropPrepared(id);
        throw error;
      }
    });
    return name;
  }
}

/** Yields the size of the file until `work` is done. */
async function* watched(
  work: Promise<void>,
  { step, file, total }: { step: string; file: string; total: number },
): AsyncGenerator<JobProgress, void, void> {
  let isDone = false;
  const done = work.finally(() => (isDone = true));
  done.catch(() => undefined);
  yield { step, done: 0, total };
  for (;;) {
    const stop = new AbortController();
    const pause = sleep(progressMs, undefined, { signal: stop.signal }).catch(() => undefined);
    await Promise.race([done, pause]);
    stop.abort();
    if (isDone) break;
    yield { step, done: Math.min(total, sizeOf(file)), total };
  }
  await done;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Facts from the manifest of a copy, after each of its values was verified. */
async function verified(folder: string, verify: VerifyFolder): Promise<{ lastSequence: number }> {
  const damages = await verify(folder);
  if (damages.length > 0)
    throw new SluiceError("DATA_CORRUPT", `the copy is damaged: ${damages.join("; ")}`);
  const store = openLmdbStore(folder);
  try {
    return { lastSequence: store.readManifest().lastSequence };
  } finally {
    await store.close();
  }
}

async function rename(folder: string, name: string): Promise<void> {
  const store = openLmdbStore(folder);
  try {
    const manifest = store.readManifest();
    if (manifest.name !== name) await store.commit({ manifest: { ...manifest, name } });
  } finally {
    await store.close();
  }
}
