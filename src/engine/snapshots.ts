// Snapshots of collections while they are served, and collections made from them.

import { randomBytes } from "node:crypto";
import { copyFile } from "node:fs/promises";
import { constants, statSync } from "node:fs";
import { join } from "node:path";

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
import { watchedWork } from "./watched-work.js";

/** A copy of a collection whose every value was read and checked. */
export interface VerifiedCopy {
  readonly file: string;
  /** Sequence of the last write that is in it. */
  readonly lastSequence: number;
  readonly bytes: number;
}

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
    const { settings } = opened.collection;
    const id = randomBytes(8).toString("hex");
    const name = asked ?? `${settings.name.slice(0, 45)}-${id}`;
    if (this.taking.has(name) || snapshots.list().some((known) => known.name === name))
      throw new SluiceError("SNAPSHOT_EXISTS", `there is a snapshot "${name}" already`, {
        field: "snapshot_name",
      });
    this.taking.add(name);
    try {
      const { lastSequence, bytes } = yield* this.copy(opened, id);
      const info = { name, collection: settings.name, lastSequence, bytes };
      snapshots.finish(id, info);
      return info;
    } catch (error) {
      snapshots.abandon(id);
      throw error;
    } finally {
      this.taking.delete(name);
    }
  }

  /**
   * Makes a verified copy of the collection as the unfinished snapshot `id`, which the caller
   * finishes or abandons, also when this throws: DISK_FULL, DATA_CORRUPT.
   */
  async *copy(opened: OpenCollection, id: string): AsyncGenerator<JobProgress, VerifiedCopy, void> {
    const { folder, verify } = this.parts;
    folder.checkWritable();
    const { store } = opened.collection;
    const hold = holdOpen(opened);
    try {
      const path = folder.snapshots.begin(id);
      const file = join(path, "data.mdb");
      const copying = { step: "copying", total: store.diskBytes(), done: () => sizeOf(file) };
      yield* watchedWork(store.copyTo(path), copying);
      const { lastSequence } = await verified(path, verify);
      const bytes = sizeOf(file);
      yield { step: "verifying", done: bytes, total: bytes };
      return { file, lastSequence, bytes };
    } finally {
      hold.end();
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
    const { folder } = this.parts;
    folder.checkWritable();
    const { snapshots } = folder;
    const source = join(snapshots.pathOf(snapshotName), "data.mdb");
    const info = snapshots.list().find(({ name }) => name === snapshotName);
    const name = asked ?? info?.collection ?? snapshotName;
    const total = sizeOf(source);
    yield* this.adopt(name, (file) => {
      const copy = copyFile(source, file, constants.COPYFILE_EXCL);
      return watchedWork(copy, { step: "copying", total, done: () => sizeOf(file) });
    });
    return name;
  }

  /**
   * Creates the collection `name` from the data that `fill` writes to a file that does not exist
   * yet. Throws COLLECTION_EXISTS, LIMIT_EXCEEDED, DISK_FULL, DATA_CORRUPT, and what `fill` throws;
   * then nothing is made.
   */
  async *adopt(
    name: string,
    fill: (file: string) => AsyncGenerator<JobProgress, void, void>,
  ): AsyncGenerator<JobProgress, void, void> {
    const { folder, verify } = this.parts;
    folder.checkWritable();
    yield* this.collections.adopt(name, async function* (id) {
      const path = folder.prepareFolder(id);
      const file = join(path, "data.mdb");
      try {
        yield* fill(file);
        await verified(path, verify);
        const total = sizeOf(file);
        yield { step: "verifying", done: total, total };
        await rename(path, name);
        syncFile(file);
        syncFolder(path);
        return folder.adoptFolder(id, name);
      } catch (error) {
        folder.dropPrepared(id);
        throw error;
      }
    });
  }
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
