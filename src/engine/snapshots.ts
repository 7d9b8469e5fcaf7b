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
import { holdOpen } from "./open-collection.js";
import type { OpenCollection } from "./open-collection.js";

/** Reads and checks every value of a closed store; one line a damage. */
export type VerifyFolder = (folder: string) => Promise<readonly string[]>;

export interface Snapshots {
  list(): SnapshotInfo[];
  remove(name: string): void;
  /** Throws SNAPSHOT_EXISTS, DISK_FULL, DATA_CORRUPT; then nothing is left of it. */
  take(
    opened: OpenCollection,
    name: string | undefined,
  ): AsyncGenerator<JobProgress, SnapshotInfo, void>;
  /**
   * Ends with the name of the collection that was made. Throws SNAPSHOT_NOT_FOUND, COLLECTION_EXISTS,
   * LIMIT_EXCEEDED, DISK_FULL, DATA_CORRUPT; then nothing is made.
   */
  restore(
    snapshotName: string,
    name: string | undefined,
  ): AsyncGenerator<JobProgress, string, void>;
}

/** Milliseconds between two looks at how far a copy has come. */
const progressMs = 250;

export function createSnapshots(
  folder: DataFolder,
  collections: Collections,
  verify: VerifyFolder,
): Snapshots {
  const { snapshots } = folder;
  const taking = new Set<string>();

  async function* take(
    opened: OpenCollection,
    asked: string | undefined,
  ): AsyncGenerator<JobProgress, SnapshotInfo, void> {
    const { store, settings } = opened.collection;
    const id = randomBytes(8).toString("hex");
    const name = asked ?? `${settings.name.slice(0, 45)}-${id}`;
    if (taking.has(name) || snapshots.list().some((known) => known.name === name))
      throw new SluiceError("SNAPSHOT_EXISTS", `there is a snapshot "${name}" already`, {
        field: "snapshot_name",
      });
    folder.checkWritable();
    taking.add(name);
    const hold = holdOpen(opened);
    try {
      const path = snapshots.begin(id);
      yield* watched(store.copyTo(path), {
        step: "copying",
        file: join(path, "data.mdb"),
        total: store.diskBytes(),
      });
      const { lastSequence } = await verified(path, verify);
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
      taking.delete(name);
    }
  }

  async function* restore(
    snapshotName: string,
    asked: string | undefined,
  ): AsyncGenerator<JobProgress, string, void> {
    folder.checkWritable();
    const source = join(snapshots.pathOf(snapshotName), "data.mdb");
    const info = snapshots.list().find(({ name }) => name === snapshotName);
    const name = asked ?? info?.collection ?? snapshotName;
    yield* collections.adopt(name, async function* (id) {
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
  const remove = (name: string): void => {
    folder.checkWritable();
    snapshots.remove(name);
  };
  return { list: () => snapshots.list(), remove, take, restore };
}

/** Tells how large the file has become until `work` is done. */
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

/** The manifest's facts of a copy of which every value is right. */
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
