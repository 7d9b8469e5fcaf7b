// A file to a backup. Nothing but the manifest makes it one, and that is written last.

import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";

import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { toStoreError } from "../store/store-errors.js";
import { inParallel } from "./in-parallel.js";
import { keysOf, manifestBytes, markBytes, partSize } from "./manifest.js";
import type { BackupContents, BackupManifest, BackupPlace } from "./manifest.js";
import type { ObjectStore } from "./object-store.js";
import { removeObjects } from "./remove.js";

export interface BackupUpload {
  readonly file: string;
  readonly prefix: string;
  readonly place: BackupPlace;
  readonly contents: BackupContents;
  /** Each part is read again and compared, since not every storage keeps what it confirmed. */
  readonly isReadBack: boolean;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that are stored. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Resolves once the manifest is stored. When it rejects, what was uploaded is removed, as far as the
 * storage allows. Throws OBJECT_STORE_FAILED, LIMIT_EXCEEDED, the signal's reason. Memory: `limits.backupWidth` parts,
 * twice that with `isReadBack`.
 */
export async function upload(store: ObjectStore, task: BackupUpload): Promise<void> {
  const handle = await open(task.file, "r").catch((error: unknown) => {
    throw toStoreError(error, "the copy cannot be read");
  });
  try {
    const { size: bytes } = await handle.stat();
    const partBytes = limits.backupPartBytes;
    const count = Math.ceil(bytes / partBytes);
    if (count > limits.backupPartsMax)
      throw new SluiceError(
        "LIMIT_EXCEEDED",
        `the copy has ${bytes} bytes; a backup has at most ${limits.backupPartsMax * partBytes}`,
      );
    const keys = keysOf(task.prefix, task.place);
    try {
      await store.put(keys.mark, markBytes(task.place, count));
      const parts = await uploadParts(store, handle, { ...task, bytes, partBytes, count });
      task.signal.throwIfAborted();
      const manifest: BackupManifest = { ...task.contents, bytes, partBytes, parts };
      await store.put(keys.manifest, manifestBytes(manifest));
    } catch (error) {
      await removeObjects(store, task, count).catch(() => undefined);
      throw error;
    }
    // The backup is complete; a mark that stays has no effect beside a manifest.
    await store.remove(keys.mark).catch(() => undefined);
  } finally {
    await handle.close();
  }
}

async function uploadParts(
  store: ObjectStore,
  handle: FileHandle,
  task: BackupUpload & {
    readonly bytes: number;
    readonly partBytes: number;
    readonly count: number;
  },
): Promise<string[]> {
  const keys = keysOf(task.prefix, task.place);
  const sums: string[] = [];
  let doneBytes = 0;
  const { signal } = task;
  await inParallel(task.count, { width: limits.backupWidth, signal }, async (number) => {
    const size = partSize(task, number);
    const body = await readPart(handle, { start: number * task.partBytes, size });
    await store.put(keys.part(number), body);
    if (task.isReadBack) await compare(store, keys.part(number), body);
    sums[number] = sha256(body);
    doneBytes += size;
    task.onBytes(doneBytes);
  });
  return sums;
}

async function readPart(
  handle: FileHandle,
  { start, size }: { readonly start: number; readonly size: number },
): Promise<Buffer> {
  const body = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await handle.read(body, filled, size - filled, start + filled);
    if (bytesRead === 0) throw new SluiceError("INTERNAL", "the copy became shorter meanwhile");
    filled += bytesRead;
  }
  return body;
}

async function compare(store: ObjectStore, key: string, sent: Buffer): Promise<void> {
  const kept = await store.get(key, sent.length);
  if (kept?.body.length === sent.length && kept.body.equals(sent)) return;
  throw new SluiceError(
    "OBJECT_STORE_FAILED",
    "the object storage confirmed a part and does not return what was sent",
  );
}

/** Hexadecimal. */
export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
