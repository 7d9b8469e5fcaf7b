// Backups: verified copies of collections in an object storage, and collections made from them.

import { randomBytes } from "node:crypto";

import { runBackupTask } from "../backup/backup-process.js";
import type { BackupInfo, BackupSettings } from "../backup/backup.protocol.js";
import { SluiceError } from "../core/errors.js";
import type { DataFolder } from "../store/data-folder.js";
import type { JobProgress } from "./api.js";
import type { Collections } from "./collections.js";
import type { Snapshots, VerifiedCopy } from "./snapshots.js";
import { watchedWork } from "./watched-work.js";

export interface BackupParts {
  readonly folder: DataFolder;
  readonly collections: Collections;
  readonly snapshots: Snapshots;
  /** Undefined: every method throws BACKUP_NOT_CONFIGURED. */
  readonly settings: BackupSettings | undefined;
  /** Milliseconds since 1970; only names of backups depend on it. */
  readonly nowMs: () => number;
  /** Called with what did not prevent a backup, such as an expired one that stays. */
  readonly onWarning: (message: string) => void;
}

interface Cancellable {
  readonly signal: AbortSignal;
}

export class Backups {
  private readonly parts: BackupParts;
  private isTaking = false;

  constructor(parts: BackupParts) {
    this.parts = parts;
  }

  /** Newest first. Throws OBJECT_STORE_FAILED. */
  async list({ signal }: Cancellable): Promise<BackupInfo[]> {
    const { onWarning } = this.parts;
    const { backups, warnings } = await runBackupTask(
      this.settings(),
      { kind: "list" },
      { signal },
    );
    warnings.forEach(onWarning);
    return [...backups];
  }

  /** Throws SNAPSHOT_NOT_FOUND, NAME_AMBIGUOUS, OBJECT_STORE_FAILED. */
  async remove(name: string, { signal }: Cancellable): Promise<void> {
    const { id } = await this.find(name, { signal });
    await runBackupTask(this.settings(), { kind: "remove", place: { name, id } }, { signal });
  }

  /**
   * Copies the collection to the disk, verifies the copy, uploads it and deletes it. Throws
   * BACKUP_RUNNING, SNAPSHOT_EXISTS, DISK_FULL, DATA_CORRUPT, OBJECT_STORE_FAILED; then there is no
   * such backup.
   */
  async *take(
    collection: string,
    asked: string | undefined,
    { signal }: Cancellable,
  ): AsyncGenerator<JobProgress, BackupInfo, void> {
    this.settings();
    if (this.isTaking)
      throw new SluiceError("BACKUP_RUNNING", "another backup of this server is running");
    this.isTaking = true;
    const id = randomBytes(8).toString("hex");
    const name = asked ?? this.nameFor(collection, id);
    try {
      if (asked !== undefined) await this.checkFree(name, { signal });
      const copy = yield* this.copy(collection, id);
      yield* this.upload(copy, { name, id, collection, isNamed: asked !== undefined, signal });
      const { lastSequence, bytes } = copy;
      const createdMs = this.parts.nowMs();
      return { name, id, collection, isNamed: asked !== undefined, lastSequence, bytes, createdMs };
    } finally {
      this.parts.folder.snapshots.abandon(id);
      this.isTaking = false;
    }
  }

  /**
   * Ends with the name of the collection that was made. Throws SNAPSHOT_NOT_FOUND,
   * NAME_AMBIGUOUS, COLLECTION_EXISTS, LIMIT_EXCEEDED, DISK_FULL, DATA_CORRUPT,
   * OBJECT_STORE_FAILED; then nothing is made.
   */
  async *restore(
    backupName: string,
    asked: string | undefined,
    { signal }: Cancellable,
  ): AsyncGenerator<JobProgress, string, void> {
    const settings = this.settings();
    const { id, collection, bytes } = await this.find(backupName, { signal });
    const name = asked ?? collection;
    yield* this.parts.snapshots.adopt(name, (file) => {
      let done = 0;
      const work = runBackupTask(
        settings,
        { kind: "download", file, place: { name: backupName, id } },
        { signal, onProgress: (now) => (done = now) },
      );
      const following = { step: "downloading", total: bytes, done: () => done };
      return watchedWork(
        work.then(() => undefined),
        following,
      );
    });
    return name;
  }

  private settings(): BackupSettings {
    const { settings } = this.parts;
    if (settings !== undefined) return settings;
    throw new SluiceError("BACKUP_NOT_CONFIGURED", "the server has no backup.target");
  }

  /** Letters of the collection, the time in UTC, and four digits that tell attempts apart. */
  private nameFor(collection: string, id: string): string {
    const time = new Date(this.parts.nowMs()).toISOString().replace(/[-:]|\.\d+/g, "");
    return `${collection.slice(0, 40)}-${time.toLowerCase()}-${id.slice(0, 4)}`;
  }

  private async checkFree(name: string, call: Cancellable): Promise<void> {
    const backups = await this.list(call);
    if (backups.some((known) => known.name === name))
      throw new SluiceError("SNAPSHOT_EXISTS", `there is a backup "${name}" already`, {
        field: "snapshot_name",
      });
  }

  private async find(name: string, call: Cancellable): Promise<BackupInfo> {
    const found = (await this.list(call)).filter((backup) => backup.name === name);
    const [first, second] = found;
    const field = "snapshot_name";
    if (first === undefined)
      throw new SluiceError("SNAPSHOT_NOT_FOUND", `there is no backup "${name}"`, { field });
    if (second !== undefined)
      throw new SluiceError("NAME_AMBIGUOUS", `there are ${found.length} backups "${name}"`, {
        field,
      });
    return first;
  }

  private async *copy(
    collection: string,
    id: string,
  ): AsyncGenerator<JobProgress, VerifiedCopy, void> {
    const { collections, snapshots } = this.parts;
    const { opened, release } = await collections.acquire(collection);
    try {
      return yield* snapshots.copy(opened, id);
    } finally {
      release();
    }
  }

  private async *upload(
    { file, lastSequence, bytes }: VerifiedCopy,
    to: Cancellable & {
      readonly name: string;
      readonly id: string;
      readonly collection: string;
      readonly isNamed: boolean;
    },
  ): AsyncGenerator<JobProgress, void, void> {
    const { name, id, collection, isNamed, signal } = to;
    let done = 0;
    const task = {
      kind: "upload" as const,
      file,
      place: { name, id },
      contents: { name, collection, lastSequence, isNamed },
    };
    const work = runBackupTask(this.settings(), task, {
      signal,
      onProgress: (now) => (done = now),
    }).then(({ warnings }) => warnings.forEach(this.parts.onWarning));
    yield* watchedWork(work, { step: "uploading", total: bytes, done: () => done });
  }
}
