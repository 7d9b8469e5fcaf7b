// Whether the data folder is still the one that was opened, and can be written: it may be deleted,
// unmounted, replaced or made read-only under a running server.

import { closeSync, constants, fstatSync, openSync, statSync } from "node:fs";
import { access, stat } from "node:fs/promises";
import { join } from "node:path";

import { SluiceError } from "../core/errors.js";
import { hasCode, toStoreError } from "./store-errors.js";

export interface FolderWatch {
  /**
   * Looks again, in some microseconds. Throws DATA_FOLDER_UNAVAILABLE unless the folder and its
   * lock are those that were opened and the last look of `start` found the folder writable.
   */
  check(): void;
  /**
   * Checks every second from now on; `onChange` receives the fault, or undefined once it is gone.
   */
  start(onChange: (fault: string | undefined) => void): void;
  close(): void;
}

const intervalMs = 1000;

interface Watched {
  readonly path: string;
  readonly what: string;
  readonly isSame: (found: Identity) => boolean;
  readonly descriptor: number;
}

interface Identity {
  readonly dev: number;
  readonly ino: number;
}

/** `lockFile`: of the lock that the caller holds. */
export function openFolderWatch(folder: string, lockFile: string): FolderWatch {
  const watched: Watched[] = [];
  const close = (): void => {
    for (const { descriptor } of watched.splice(0)) closeSync(descriptor);
  };
  try {
    watched.push(
      hold(folder, "the data folder"),
      hold(join(folder, "collections"), "the folder of the collections"),
      hold(lockFile, "the lock of the data folder"),
    );
  } catch (error) {
    close();
    throw toStoreError(error, `cannot watch ${folder}`);
  }
  let fault: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  return {
    check() {
      const found = fault ?? lookNow(watched);
      if (found !== undefined) throw unavailable(found);
    },
    start(onChange) {
      let isLooking = false;
      const look = async (): Promise<void> => {
        // A file system that does not answer must not gather more and more looks.
        if (isLooking) return;
        isLooking = true;
        const found = await lookAround(folder, watched);
        isLooking = false;
        if (found === fault || timer === undefined) return;
        fault = found;
        onChange(found);
      };
      timer = setInterval(() => {
        look().catch(() => undefined);
      }, intervalMs);
      timer.unref();
    },
    close() {
      clearInterval(timer);
      timer = undefined;
      close();
    },
  };
}

function unavailable(fault: string): SluiceError {
  return new SluiceError("DATA_FOLDER_UNAVAILABLE", `nothing was written: ${fault}`);
}

/** An open descriptor keeps the number of the file from being given to another one. */
function hold(path: string, what: string): Watched {
  const descriptor = openSync(path, constants.O_RDONLY);
  const { dev, ino } = fstatSync(descriptor);
  return { path, what, descriptor, isSame: (found) => found.dev === dev && found.ino === ino };
}

function lookNow(watched: readonly Watched[]): string | undefined {
  for (const { path, what, isSame } of watched)
    try {
      if (!isSame(statSync(path))) return replaced(what);
    } catch (error) {
      return unreachable(what, error);
    }
  return undefined;
}

/** The same without holding up the event loop, and whether the folder can be written. */
async function lookAround(
  folder: string,
  watched: readonly Watched[],
): Promise<string | undefined> {
  for (const { path, what, isSame } of watched)
    try {
      if (!isSame(await stat(path))) return replaced(what);
    } catch (error) {
      return unreachable(what, error);
    }
  try {
    await access(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    if (hasCode(error, "EROFS")) return "the data folder is read-only";
    if (hasCode(error, "EACCES")) return "the data folder cannot be written by this user";
    return unreachable("the data folder", error);
  }
}

function replaced(what: string): string {
  return `${what} was replaced by another one`;
}

function unreachable(what: string, error: unknown): string {
  if (hasCode(error, "ENOENT", "ENOTDIR")) return `${what} is gone`;
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return `${what} cannot be reached (${code})`;
}
