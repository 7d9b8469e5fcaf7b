// A look at LMDB's own file before LMDB maps it: a foreign, overwritten or shortened file would end
// the process without a word.

import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, join } from "node:path";

import { SluiceError } from "../core/errors.js";

/**
 * The file begins with two meta pages; the one with the greater transaction id is in force. Places
 * within a page, from its start, of lmdb 3.5 (struct MDB_meta behind a page header of 24 bytes).
 */
export const metaAt = {
  magic: 24,
  pageSize: 48,
  mainRoot: 136,
  lastPage: 144,
  transactionId: 152,
  end: 160,
} as const;
const magic = 0xbeefc0de;
const pageSizeMax = 65_536;

/** A file that claims to be larger than this has a damaged meta page. */
const fileBytesMax = 2n ** 42n;

/**
 * Call while nothing writes: a file that grows meanwhile would be cut back, pages and all.
 * Throws DATA_CORRUPT when `folder` holds a data file that LMDB did not write. A file that is
 * shorter than its last page is filled up with zeros: reading beyond the end of a mapped file kills
 * a process, reading zeros gives DATA_CORRUPT where they matter. (They need not: the last pages of
 * a transaction may be free and were never written.)
 */
export function checkEnvironmentFile(folder: string): void {
  const path = join(folder, "data.mdb");
  const file = openIfThere(path);
  if (file === undefined) return;
  try {
    const { size } = fstatSync(file);
    // A file that LMDB has not begun to fill is a new environment.
    if (size === 0) return;
    const bytesNeeded = readBytesNeeded(file);
    if (bytesNeeded === undefined)
      throw new SluiceError(
        "DATA_CORRUPT",
        `${basename(folder)}/data.mdb is damaged: it does not begin as LMDB's file does`,
      );
    if (size < bytesNeeded) ftruncateSync(file, bytesNeeded);
  } finally {
    closeSync(file);
  }
}

/** Bytes that the current meta page covers; undefined when there is no such page. */
function readBytesNeeded(file: number): number | undefined {
  const meta = readMeta(file);
  if (meta === undefined) return undefined;
  const lastPage = meta.page.readBigUInt64LE(metaAt.lastPage);
  const bytes = (lastPage + 1n) * BigInt(meta.pageSize);
  return bytes <= fileBytesMax ? Number(bytes) : undefined;
}

/** The meta page in force; undefined when the file does not begin as LMDB's does. */
export function readMeta(
  file: number,
): { readonly page: Buffer; readonly pageSize: number } | undefined {
  const first = readPage(file, 0);
  const pageSize = first.readUInt32LE(metaAt.pageSize);
  const isWhole = isMeta(first) && pageSize >= 256 && pageSize <= pageSizeMax;
  if (!isWhole) return undefined;
  const second = readPage(file, pageSize);
  const isSecond = isMeta(second) && transactionOf(second) > transactionOf(first);
  return { page: isSecond ? second : first, pageSize };
}

function isMeta(page: Buffer): boolean {
  return page.readUInt32LE(metaAt.magic) === magic;
}

function transactionOf(page: Buffer): bigint {
  return page.readBigUInt64LE(metaAt.transactionId);
}

/** The meta part of a page; zeros where the file ends before it. */
function readPage(file: number, at: number): Buffer {
  const page = Buffer.alloc(metaAt.end);
  readSync(file, page, { position: at });
  return page;
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, "r+");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Bytes of LMDB's file; 0 when there is none yet. */
export function environmentBytes(folder: string): number {
  return statSync(join(folder, "data.mdb"), { throwIfNoEntry: false })?.size ?? 0;
}

const pageBytes = 4096;

/**
 * Gives LMDB's lock file its pages on the disk before LMDB maps it: where a disk is full, writing
 * to a mapped page that the file does not have yet kills the process. Throws what the file system
 * says.
 */
export function allocateLockFile(folder: string, byteLength: number): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  closeSync(openSync(join(folder, "lock.mdb"), "a", 0o600));
  const writable = openSync(join(folder, "lock.mdb"), "r+");
  try {
    const { size, blocks } = fstatSync(writable);
    const end = Math.max(size, byteLength);
    if (512 * blocks >= end) return;
    for (let at = 0; at < end; at += pageBytes) {
      const page = Buffer.alloc(Math.min(pageBytes, end - at));
      readSync(writable, page, { position: at });
      // Another handle may have the file: only pages that were never written are written.
      if (page.every((byte) => byte === 0)) writeSync(writable, page, 0, page.length, at);
    }
  } finally {
    closeSync(writable);
  }
}
