// The exclusive lock on a data folder: LMDB lets two processes write, and our caches would go stale.

import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { SluiceError } from "../core/errors.js";

export interface FolderLock {
  release(): void;
}

interface Holder {
  readonly pid: number;
  /** Start of the process in clock ticks since boot: a reused pid has another. "" where unknown. */
  readonly started: string;
}

const lockName = "LOCK";

/**
 * Takes the lock or throws DATA_FOLDER_LOCKED naming the holder's pid. A lock whose process is gone
 * (kill -9) is taken over. The link call is atomic: of several starters one wins.
 */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, lockName);
  const self: Holder = { pid: process.pid, started: startOf(process.pid) ?? "" };
  const mine = join(folder, `${lockName}.${process.pid}`);
  writeFileSync(mine, JSON.stringify(self));
  try {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (tryLink(mine, path)) return { release: () => releaseIfMine(path, self) };
      const holder = readHolder(path);
      if (holder !== undefined && isAlive(holder)) throw locked(folder, holder);
      setAside(path, mine, holder);
    }
    throw locked(folder, readHolder(path));
  } finally {
    rmSync(mine, { force: true });
  }
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

/** Moves a dead holder's lock away; puts it back when another starter had replaced it meanwhile. */
function setAside(path: string, mine: string, dead: Holder | undefined): void {
  const aside = `${mine}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved !== undefined && (moved.pid !== dead?.pid || moved.started !== dead.started))
    tryLink(aside, path);
  rmSync(aside, { force: true });
}

function readHolder(path: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value !== "object" || value === null) return undefined;
    if (!("pid" in value) || !("started" in value)) return undefined;
    const { pid, started } = value;
    if (typeof pid !== "number" || typeof started !== "string") return undefined;
    return { pid, started };
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (!hasCode(error, "EPERM")) return false;
  }
  const started = startOf(holder.pid);
  return started === undefined || holder.started === "" || started === holder.started;
}

/** Field 22 of /proc/PID/stat (proc(5)); undefined where there is no such file. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function releaseIfMine(path: string, self: Holder): void {
  const holder = readHolder(path);
  if (holder?.pid === self.pid && holder.started === self.started) rmSync(path, { force: true });
}

function locked(folder: string, holder: Holder | undefined): SluiceError {
  const who = holder === undefined ? "another process" : `process ${holder.pid}`;
  return new SluiceError(
    "DATA_FOLDER_LOCKED",
    `${folder} is held by ${who}; stop it or use another folder`,
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
