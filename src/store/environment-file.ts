// A look at LMDB's own file before LMDB maps it: a foreign or overwritten file makes it crash.

import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";

import { SluiceError } from "../core/errors.js";

/** First bytes of both meta pages' bodies, behind a page header of 24 bytes (lmdb 3.5, mdb.c). */
const magic = 0xbeefc0de;
const magicAt = 24;
const magicEnd = magicAt + 4;

/** Throws DATA_CORRUPT when `folder` holds a data file that LMDB did not write. */
export function checkEnvironmentFile(folder: string): void {
  const head = readHead(join(folder, "data.mdb"));
  // No file, or one that LMDB has not begun to fill: a new environment.
  if (head.length === 0) return;
  if (head.length < magicEnd || head.readUInt32LE(magicAt) !== magic)
    throw new SluiceError(
      "DATA_CORRUPT",
      `${join(folder, "data.mdb")} is damaged: it does not begin as LMDB's file does`,
    );
}

function readHead(path: string): Buffer {
  let file;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      return Buffer.alloc(0);
    throw error;
  }
  try {
    const head = Buffer.alloc(magicEnd);
    return head.subarray(0, readSync(file, head));
  } finally {
    closeSync(file);
  }
}
