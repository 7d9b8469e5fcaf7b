// Downloads one file of a repository: resumed where it broke off, and checked before it counts.

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
  /** Folder that takes the repository's paths. */
  readonly folder: string;
  /** Bytes of this file that are here, each time some have come. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * The file is there under its path when it resolves, never in part: what has come lies beside it as
 * `.part`, from which another call goes on. Throws DOWNLOAD_FAILED, DISK_FULL, the signal's reason.
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
      throw downloadFailed(`${file.path} came twice with another checksum than the hub names`);
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

/** One request; appends what comes. */
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
  // Without compression: ranges and lengths are those of the file.
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
        throw downloadFailed(`${file.path} is longer than the ${file.bytes} bytes the hub names`);
      }
      await write(handle, chunk, file.path);
      onSize(size);
      onBytes(size);
    }
  } catch (error) {
    hub.signal.throwIfAborted();
    if (error instanceof PassingFailure || error instanceof SluiceError) throw error;
    throw new PassingFailure(`${file.path} broke off at ${size} bytes: ${causeOf(error)}`);
  } finally {
    stall.end();
  }
  if (size < file.bytes)
    throw new PassingFailure(`${file.path} ended at ${size} of ${file.bytes} bytes`);
}

/** Whether the server goes on where it was asked to; one that ignores ranges begins anew. */
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
    throw new SluiceError("DISK_FULL", `no room for ${path}; make some and pull again`, { cause });
  }
}

/** Aborts when no byte has come for a while. */
function stallGuard({ signal, stallMs }: HubOptions): {
  readonly signal: AbortSignal;
  touch(): void;
  end(): void;
} {
  const controller = new AbortController();
  const stalled = (): void => controller.abort(new Error(`nothing came for ${stallMs} ms`));
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
