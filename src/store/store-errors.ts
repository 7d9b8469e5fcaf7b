// What the file system and LMDB report, as errors with a stable reason.

import { statfsSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout } from "node:timers/promises";
import { getSystemErrorMap } from "node:util";

import { SluiceError } from "../core/errors.js";
import { isExhausted } from "./process-limits.js";

/** As Node and LMDB name them: the folder cannot be reached, or not be written. */
const unavailable =
  /EROFS|read-only file system|EACCES|EPERM|permission denied|not permitted|ENOENT|no such file|ENOTDIR|ESTALE|stale file|ENOTCONN|ENODEV|ENXIO/i;
const noSpace = /no space left|ENOSPC|quota exceeded|EDQUOT|file too large|EFBIG|MDB_MAP_FULL/i;

/** `consequence`: the effect of the failure on the caller's data. */
export function toStoreError(error: unknown, consequence: string): SluiceError {
  if (error instanceof SluiceError) return error;
  const message = messageOf(error);
  if (noSpace.test(message)) return diskFull(error, consequence);
  if (isExhausted(error))
    return new SluiceError(
      "SYSTEM_LIMIT",
      `${consequence}: ${message}; raise the limit (ulimit -n, ulimit -v) or free memory`,
      { cause: error },
    );
  if (unavailable.test(message))
    return new SluiceError("DATA_FOLDER_UNAVAILABLE", `${consequence}: ${message}`, {
      cause: error,
    });
  if (/MDB_CORRUPTED|MDB_PAGE_NOTFOUND|MDB_INVALID|MDB_VERSION_MISMATCH/.test(message))
    return new SluiceError("DATA_CORRUPT", `${consequence}: ${message}`, { cause: error });
  return new SluiceError("INTERNAL", `${consequence}: ${message}`, { cause: error });
}

/** What lmdb meets in its own pages and keys as DATA_CORRUPT: it has many words for it. */
export function toReadError(error: unknown, folder: string): SluiceError {
  if (error instanceof SluiceError) return error;
  const message = `cannot read ${basename(folder)}: ${messageOf(error)}`;
  return new SluiceError("DATA_CORRUPT", message, { cause: error });
}

/** The error of a commit that failed as a whole, in the environment in `folder`. */
export async function toCommitError(error: unknown, folder: string): Promise<SluiceError> {
  const consequence = "nothing was written";
  const reason = await reasonOf(error);
  // LMDB reports a write that the disk had room for only in part as an input/output error.
  if (/input\/output error|EIO/i.test(messageOf(reason)) && freeBytes(folder) < almostFullBytes)
    return diskFull(reason, consequence);
  if (/input\/output error|EIO/i.test(messageOf(reason)))
    return new SluiceError("STORAGE_FAILED", `the disk failed: ${messageOf(reason)}`, {
      cause: reason,
    });
  return toStoreError(reason, consequence);
}

/** A partial write has used the rest of the disk; a few blocks may have been freed since. */
const almostFullBytes = 1024 * 1024;

/** How long LMDB may take to report why a commit failed, after it reported that it did. */
const reasonWaitMs = 1000;

/** LMDB reports why a commit failed by the rejection of a promise that hangs on the error. */
async function reasonOf(error: unknown): Promise<unknown> {
  if (typeof error !== "object" || error === null || !("commitError" in error)) return error;
  const { commitError } = error;
  if (!(commitError instanceof Promise)) return error;
  const reason: Promise<unknown> = commitError.then(
    () => error,
    (why: unknown) => why,
  );
  return Promise.race([reason, setTimeout(reasonWaitMs, error, { ref: false })]);
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function diskFull(cause: unknown, consequence: string): SluiceError {
  const message = `the disk is full; ${consequence}; free space and retry`;
  return new SluiceError("DISK_FULL", message, { cause });
}

/** Without the paths that Node puts into its own messages: callers see this message. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!("errno" in error) || !("syscall" in error)) return error.message;
  const [code, description] = getSystemErrorMap().get(Number(error.errno)) ?? [];
  return code === undefined ? error.message : `${code}: ${description}`;
}

/** True for an error of Node's with one of these codes, such as ENOENT. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
