// PROCESS ENTRY of work on backups: searches share neither its thread nor its memory, and the
// server's process never loads the client of the storage.

import { constants, setPriority } from "node:os";

import { isSluiceError } from "../core/errors.js";
import type { BackupMessage, BackupRequest } from "./backup.protocol.js";
import { openS3Store } from "./s3-store.js";
import { workOn } from "./work.js";

setPriority(constants.priority.PRIORITY_LOW);

const cancelled = new AbortController();
let isBegun = false;
process.on("message", (message) => {
  if (isBegun) {
    cancelled.abort();
    return;
  }
  isBegun = true;
  answer(message as BackupRequest)
    .then((last) => process.send?.(last, () => process.disconnect()))
    .catch(() => process.exit(1));
});
// The server is gone: nobody wants the result.
process.on("disconnect", () => cancelled.abort());

async function answer(request: BackupRequest): Promise<BackupMessage> {
  const { target, timeoutMs } = request.settings;
  const store = openS3Store(target, timeoutMs);
  try {
    const onProgress = (done: number, total: number): void => {
      if (process.connected)
        process.send?.({ kind: "progress", done, total } satisfies BackupMessage);
    };
    const following = { signal: cancelled.signal, onProgress };
    return { kind: "done", result: await workOn(store, request, following) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "failed", reason: isSluiceError(error) ? error.reason : "INTERNAL", message };
  } finally {
    store.close();
  }
}
