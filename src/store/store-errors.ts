// What the file system and LMDB report, as errors with a stable reason.

import { SluiceError } from "../core/errors.js";

/** `consequence` says what the failure means for the caller's data. */
export function toStoreError(error: unknown, consequence: string): SluiceError {
  if (error instanceof SluiceError) return error;
  observeCommitError(error);
  const message = error instanceof Error ? error.message : String(error);
  if (/no space left|ENOSPC|MDB_MAP_FULL|not enough space/i.test(message))
    return new SluiceError("DISK_FULL", `the disk is full; ${consequence}; free space and retry`, {
      cause: error,
    });
  if (/MDB_CORRUPTED|MDB_PAGE_NOTFOUND|MDB_INVALID|MDB_VERSION_MISMATCH/.test(message))
    return new SluiceError("DATA_CORRUPT", `${consequence}: ${message}`, { cause: error });
  return new SluiceError("INTERNAL", `${consequence}: ${message}`, { cause: error });
}

/** lmdb hands out a second promise with the same rejection; unobserved it would end the process. */
function observeCommitError(error: unknown): void {
  if (typeof error !== "object" || error === null || !("commitError" in error)) return;
  const second: unknown = error.commitError;
  if (second instanceof Promise) second.catch(() => undefined);
}
