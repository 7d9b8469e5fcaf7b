// Downloads one file of a repository, resuming partial downloads and verifying the result.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SluiceError } from "../core/errors.js";
import { PassingFailure, ask, causeOf, downloadFailed, persistently } from "./hub-client.js";
import type { HubOptions } from "./hub-client.js";
import type { Repository, RepositoryFile } from "./repository.js";

export interface Download {
  readonly repository: Repository;
  readonly file: RepositoryFile;
  /** Folder for the repository's files, under their paths. */
  readonly folder: string;
  /** Called with the number of bytes received so far. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Resolves when the complete file is at its path. A partial download is kept beside it as `.part`,
 * from which a later call resumes. Throws DOWNLOAD_FAILED, DISK_FULL, or the signal's reason.
 */
export async function downloadFile(download: Download, hub: HubOptions): Promise<void> {
  const { file, folder, onBytes } = download;
  const target = join(folder, file.path);
  if ((await sizeOf(target)) === file.bytes) {
    onBytes(file.bytes);
    return;
  }
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.part`;
  for (let isRetry = false; ; isRetry = true) {
    await fetchRest(download, part, hub);
    if (await isAsPromised(part, file)) break;
    await rm(part, { force: true });
    if (isRetry)
      throw downloadFailed(
        `${file.path} was received twice with a checksum that differs from the hub's`,
      );
  }
  await rename(part, target);
}

async function fetchRest(download: Download, part: string, hub: HubOptions): Promise<void> {
  let sizeBefore = await sizeOf(part);
  const hasProgressed = (): boolean => {
    const isMore = sizeNow > sizeBefore;
    sizeBefore = sizeNow;
    return isMore;
  };
  let sizeNow = sizeBefore;
  await persistently(
    async () => {
      const handle = await open(part, "a");
      try {
        await fetchInto(handle, download, hub, (size) => (sizeNow = size));
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    hub,
    hasProgressed,
  );
}

/** One request; appends the received bytes. */
async function fetchInto(
  handle: FileHandle,
  { repository, file, onBytes }: Download,
  hub: HubOptions,
  onSize: (size: number) => void,
): Promise<void> {
  let { size } = await handle.stat();
  if (size > file.bytes) {
    await handle.truncate(0);
    size = 0;
  }
  onSize(size);
  if (size === file.bytes) return;
  const at = `/${repository.name}/resolve/${repository.commit}/${encodePath(file.path)}`;
  // Uncompressed, so that ranges and lengths refer to the file.
  const headers = { "accept-encoding": "identity", ...(size > 0 && { range: `bytes=${size}-` }) };
  const stall = stallGuard(hub);
  try {
    const response = await ask(at, { ...hub, signal: stall.signal }, headers);
    if (size > 0 && !continuesAt(response, size)) {
      await handle.truncate(0);
      size = 0;
    }
    for await (const chunk of bodyOf(response)) {
      stall.touch();
      size += chunk.length;
      if (size > file.bytes) {
        await handle.truncate(0);
        throw downloadFailed(
          `${file.path} is longer than the ${file.bytes} bytes that the hub declares`,
        );
      }
      await write(handle, chunk, file.path);
      onSize(size);
      onBytes(size);
    }
  } catch (error) {
    hub.signal.throwIfAborted();
    if (error instanceof PassingFailure || error instanceof SluiceError) throw error;
    throw new PassingFailure(`${file.path} was interrupted at ${size} bytes: ${causeOf(error)}`);
  } finally {
    stall.end();
  }
  if (size < file.bytes)
    throw new PassingFailure(`${file.path} ended at ${size} of ${file.bytes} bytes`);
}

/**
 * Whether the server honours the requested range; one that ignores ranges starts from the
 * beginning.
 */
function continuesAt({ status, headers }: Response, size: number): boolean {
  const start = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1];
  return status === 206 && Number(start) === size;
}

async function* bodyOf({ body }: Response): AsyncGenerator<Uint8Array, void, void> {
  if (body === null) return;
  for await (const chunk of body as AsyncIterable<Uint8Array>) yield chunk;
}

async function write(handle: FileHandle, chunk: Uint8Array, path: string): Promise<void> {
  try {
    await handle.writeFile(chunk);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== "ENOSPC" && code !== "EDQUOT") throw cause;
    throw new SluiceError("DISK_FULL", `no space for ${path}; free some and pull again`, { cause });
  }
}

/** Aborts when no byte arrives for `stallMs`. */
function stallGuard({ signal, stallMs }: HubOptions): {
  readonly signal: AbortSignal;
  touch(): void;
  end(): void;
} {
  const controller = new AbortController();
  const stalled = (): void => controller.abort(new Error(`no data received for ${stallMs} ms`));
  let timer = setTimeout(stalled, stallMs);
  return {
    signal: AbortSignal.any([signal, controller.signal]),
    touch() {
      clearTimeout(timer);
      timer = setTimeout(stalled, stallMs);
    },
    end: () => clearTimeout(timer),
  };
}

async function isAsPromised(
  path: string,
  { bytes, sha256, gitHash }: RepositoryFile,
): Promise<boolean> {
  if ((await sizeOf(path)) !== bytes) return false;
  if (sha256 !== undefined) return (await hashOf(path, createHash("sha256"))) === sha256;
  if (gitHash === undefined) return true;
  return (await hashOf(path, createHash("sha1").update(`blob ${bytes}\0`))) === gitHash;
}

async function hashOf(path: string, hash: ReturnType<typeof createHash>): Promise<string> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }))
    hash.update(chunk as Buffer);
  return hash.digest("hex");
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
