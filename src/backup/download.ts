// A backup to a file, each part verified before it is written.

import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";

import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { toStoreError } from "../store/store-errors.js";
import { inParallel } from "./in-parallel.js";
import { keysOf, partSize } from "./manifest.js";
import type { BackupManifest, BackupPlace } from "./manifest.js";
import type { ObjectStore } from "./object-store.js";
import { sha256 } from "./upload.js";

export interface BackupDownload {
  /** Made by the download; must not exist. */
  readonly file: string;
  readonly prefix: string;
  readonly place: BackupPlace;
  readonly manifest: BackupManifest;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that are written. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Throws DATA_CORRUPT for a part that is missing or is not what was uploaded, OBJECT_STORE_FAILED,
 * DISK_FULL, the signal's reason; the file is then incomplete. Memory: `limits.backupWidth` parts.
 */
export async function download(store: ObjectStore, task: BackupDownload): Promise<void> {
  const handle = await open(task.file, "wx", 0o600).catch((error: unknown) => {
    throw toStoreError(error, "the backup cannot be written");
  });
  try {
    let doneBytes = 0;
    const { manifest, signal } = task;
    await inParallel(
      manifest.parts.length,
      { width: limits.backupWidth, signal },
      async (number) => {
        const part = await verifiedPart(store, task, number);
        await write(handle, part, number * manifest.partBytes);
        doneBytes += part.length;
        task.onBytes(doneBytes);
      },
    );
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function verifiedPart(
  store: ObjectStore,
  { prefix, place, manifest }: BackupDownload,
  number: number,
): Promise<Buffer> {
  const size = partSize(manifest, number);
  const found = await store.get(keysOf(prefix, place).part(number), size);
  const fault =
    found === undefined
      ? "is missing"
      : found.body.length === size && sha256(found.body) === manifest.parts[number]
        ? undefined
        : "is not what was uploaded";
  if (found !== undefined && fault === undefined) return found.body;
  throw new SluiceError(
    "DATA_CORRUPT",
    `part ${number} of the backup "${place.name}" ${fault ?? ""}; use another backup`,
  );
}

async function write(handle: FileHandle, part: Buffer, start: number): Promise<void> {
  try {
    let written = 0;
    while (written < part.length) {
      const rest = part.length - written;
      written += (await handle.write(part, written, rest, start + written)).bytesWritten;
    }
  } catch (error) {
    throw toStoreError(error, "the backup was not restored");
  }
}
