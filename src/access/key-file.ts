// The file of API keys in the data folder. It is read and replaced as a whole, under its own lock,
// so
// that `sluice key` works beside a running server.

import {
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { isSluiceError, SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { parseFilter } from "../core/parse-filter.js";
import { lockFolder } from "../store/folder-lock.js";
import { toStoreError } from "../store/store-errors.js";
import { syncFolder } from "../store/sync.js";
import { keyHashForm, keyIdForm } from "./api-key.js";
import { isWholeGrant, parseGrant } from "./identity.js";

const time = z.iso.datetime();

const quota = z.int().positive();

const keySchema = z
  .strictObject({
    id: z.string().regex(keyIdForm),
    /** SHA-256 of the secret, hex. */
    hash: z.string().regex(keyHashForm),
    name: z.string().min(1).max(limits.accessNameBytesMax),
    scopes: z
      .array(z.string().refine((text) => parseGrant(text) !== undefined))
      .min(1)
      .max(limits.accessScopesMax),
    /** Text filter; empty when there is none. */
    filter: z.string().max(limits.accessFilterBytesMax).refine(isFilterText),
    created: time,
    expires: time.nullable(),
    revoked: time.nullable(),
    /** Rate (calls per second) and concurrency limits; null when unlimited. */
    rate: z.number().positive().max(limits.accessRateMax).nullable(),
    concurrency: z.int().positive().max(limits.accessConcurrencyMax).nullable(),
    /** Quota over the collections that it may write; absent when unlimited. */
    documentsMax: quota.optional(),
    bytesMax: quota.optional(),
    collectionsMax: quota.optional(),
  })
  .refine(({ filter, scopes }) => filter === "" || !scopes.some(isWhole), {
    message: "admin and metrics cannot go with a filter",
  });

const fileSchema = z.strictObject({
  version: z.literal(1),
  keys: z.array(keySchema).max(limits.accessKeysMax),
});

/** A stored key. Times are ISO 8601 in UTC. */
export type StoredKey = Readonly<z.output<typeof keySchema>>;

export function keyFilePath(dataFolder: string): string {
  return join(dataFolder, "access", "keys.json");
}

/** Undefined when there is no file. Throws DATA_CORRUPT when it cannot be read or is invalid. */
export function readKeyFile(path: string): readonly StoredKey[] | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw corrupt(path, (error as NodeJS.ErrnoException).code ?? "cannot be read");
  }
  const read = fileSchema.safeParse(parsed(text, path));
  if (!read.success) {
    // Only the paths of invalid values, so that hashes stay out of logs.
    const places = read.error.issues.map((issue) => issue.path.join("."));
    throw corrupt(path, `wrong at ${places.slice(0, 3).join(", ") || "its top"}`);
  }
  return read.data.keys;
}

/**
 * Replaces the keys by `change(keys)`; durable when it resolves. Waits up to 5 s for a concurrent
 * `sluice key`. Throws DATA_FOLDER_LOCKED, DATA_CORRUPT, DISK_FULL, or what `change` throws; the
 * file is unchanged then.
 */
export async function changeKeyFile(
  dataFolder: string,
  change: (keys: readonly StoredKey[]) => readonly StoredKey[],
): Promise<void> {
  const path = keyFilePath(dataFolder);
  const folder = join(dataFolder, "access");
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    takeOwner(folder, dataFolder);
  } catch (error) {
    throw toStoreError(error, "cannot create the folder of the keys");
  }
  const lock = await lockPatiently(folder);
  try {
    const keys = change(readKeyFile(path) ?? []);
    replaceFile(path, `${JSON.stringify({ version: 1, keys }, null, 2)}\n`, dataFolder);
    syncFolder(folder);
  } catch (error) {
    throw toStoreError(error, "cannot write the keys");
  } finally {
    lock.release();
  }
}

const lockWaitMs = 5_000;
const lockRetryMs = 20;

async function lockPatiently(folder: string): Promise<ReturnType<typeof lockFolder>> {
  for (let waitedMs = 0; ; waitedMs += lockRetryMs) {
    try {
      return lockFolder(folder);
    } catch (error) {
      const isHeld = isSluiceError(error) && error.reason === "DATA_FOLDER_LOCKED";
      if (!isHeld || waitedMs >= lockWaitMs) throw error;
      await sleep(lockRetryMs);
    }
  }
}

function replaceFile(path: string, text: string, dataFolder: string): void {
  const temporary = `${path}.${process.pid}`;
  try {
    const descriptor = openSync(temporary, "w", 0o600);
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    takeOwner(temporary, dataFolder);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** A file created by root must be readable by the server's user. */
function takeOwner(path: string, dataFolder: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dataFolder);
  chownSync(path, uid, gid);
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would quote the text.
    throw corrupt(path, "not JSON");
  }
}

function isFilterText(text: string): boolean {
  if (text === "") return true;
  try {
    parseFilter(text);
    return true;
  } catch {
    return false;
  }
}

function isWhole(text: string): boolean {
  const grant = parseGrant(text);
  return grant !== undefined && isWholeGrant(grant);
}

function corrupt(path: string, fault: string): SluiceError {
  const message = `the key file ${path} cannot be used (${fault}); restore it, all calls are rejected meanwhile`;
  return new SluiceError("DATA_CORRUPT", message);
}
