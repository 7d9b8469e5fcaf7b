// The exclusive lock on a data folder: LMDB lets two processes write, and our caches would go
// stale.

import { randomBytes } from "node:crypto";
import { linkSync, lstatSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { SluiceError } from "../core/errors.js";
import { hasCode, toStoreError } from "./store-errors.js";
import { readSmallFile, writeDurably } from "./sync.js";

export interface FolderLock {
  /** Path of the file that names the holder; it stays the same file while the lock is held. */
  readonly file: string;
  release(): void;
}

interface Holder {
  readonly pid: number;
  /** Start of the process in clock ticks since boot: a reused pid has another. "" where unknown. */
  readonly started: string;
}

const lockName = "LOCK";
const lockBytesMax = 512;

/** Files of the lock, those of a starter that was killed among them. */
export const lockFilePattern = /^LOCK(\.guard){0,3}$|^LOCK\.\d+(-[0-9a-f]+)?(\.new)?$/;

/**
 * Takes the lock or throws DATA_FOLDER_LOCKED naming the holder's pid. A lock whose process is gone
 * (kill -9) is taken over, and so is what a power cut leaves of one; anything else of that name
 * stays as it is and is DATA_FOLDER_LOCKED too. Of several starters one wins.
 */
export function lockFolder(folder: string): FolderLock {
  const self: Holder = { pid: process.pid, started: statusOf(process.pid)?.started ?? "" };
  const mine = join(folder, `${lockName}.${process.pid}-${randomBytes(4).toString("hex")}`);
  const path = join(folder, lockName);
  try {
    writeDurably(mine, JSON.stringify(self));
    const other = acquire(path, { mine, guardsMax: 3 });
    if (other === undefined) return { file: path, release: () => releaseIfMine(path, self) };
    throw locked(folder, other);
  } catch (error) {
    throw toStoreError(error, `cannot lock ${folder}`);
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Makes `path` name our holder file; undefined when that worked, else who holds it. A dead holder's
 * file is replaced under a guard, which is a lock of the same make: without it, a starter that was
 * slow to look would remove the lock of one that was faster.
 */
function acquire(
  path: string,
  options: { readonly mine: string; readonly guardsMax: number },
): Holder | "unknown" | "foreign" | undefined {
  const { mine, guardsMax } = options;
  for (;;) {
    if (tryLink(mine, path)) return undefined;
    const holder = readHolder(path);
    if (holder === "none") continue;
    if (holder === "foreign") return holder;
    if (holder !== "unknown" && isAlive(holder)) return holder;
    if (guardsMax === 0) return "unknown";
    const guard = `${path}.guard`;
    const guardHolder = acquire(guard, { mine, guardsMax: guardsMax - 1 });
    if (guardHolder !== undefined) return guardHolder;
    try {
      // Under the guard a dead holder's file stays as it is: its process cannot release it either.
      if (isSame(readHolder(path), holder)) {
        linkAnew(mine, path);
        return undefined;
      }
    } finally {
      rmSync(guard, { force: true });
    }
  }
}

/** Puts our holder file in the place of another one, in one step. */
function linkAnew(mine: string, path: string): void {
  const copy = `${mine}.new`;
  rmSync(copy, { force: true });
  linkSync(mine, copy);
  renameSync(copy, path);
}

function isSame(a: FoundHolder, b: Holder | "unknown"): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return a.pid === b.pid && a.started === b.started;
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/**
 * none: no such file. unknown: its bytes say nobody, as a power cut leaves them. foreign: Sluice
 * did not write it.
 */
type FoundHolder = Holder | "none" | "unknown" | "foreign";

/** Process id of the lock's living holder; undefined without one. Takes nothing. */
export function lockHolder(folder: string): number | undefined {
  const holder = readHolder(join(folder, lockName));
  return typeof holder !== "string" && isAlive(holder) ? holder.pid : undefined;
}

function readHolder(path: string): FoundHolder {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return "none";
  const text = readSmallFile(path, lockBytesMax);
  if (text === undefined)
    return lstatSync(path, { throwIfNoEntry: false }) === undefined ? "none" : "foreign";
  const [, pid, started] = /^\{"pid":(\d{1,15}),"started":"(\d*)"\}$/.exec(text) ?? [];
  // 0 denotes the process group, which is always alive.
  if (pid !== undefined && started !== undefined && Number(pid) > 0)
    return { pid: Number(pid), started };
  return /^(\0*|\{|\{"p.*)$/.test(text) ? "unknown" : "foreign";
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (!hasCode(error, "EPERM")) return false;
  }
  const status = statusOf(holder.pid);
  if (status === undefined) return true;
  // A process that ended but was not yet collected by its parent answers signals all the same.
  if (status.state === "Z" || status.state === "X") return false;
  return holder.started === "" || status.started === holder.started;
}

/** Fields 3 and 22 of /proc/PID/stat (proc(5)); undefined where there is no such file. */
function statusOf(pid: number): { state: string | undefined; started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0], started: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

function releaseIfMine(path: string, self: Holder): void {
  if (isSame(readHolder(path), self)) rmSync(path, { force: true });
}

function locked(folder: string, holder: Holder | "unknown" | "foreign"): SluiceError {
  if (holder === "foreign")
    return new SluiceError(
      "DATA_FOLDER_LOCKED",
      `${folder} holds something called ${lockName} that Sluice did not write; move it away or use another folder`,
    );
  const who = holder === "unknown" ? "another process" : `process ${holder.pid}`;
  return new SluiceError(
    "DATA_FOLDER_LOCKED",
    `${folder} is held by ${who}; stop it or use another folder`,
  );
}
