// Free space of the file system that holds the data folder.

import { statfsSync } from "node:fs";
import { statfs } from "node:fs/promises";

export interface DiskSpace {
  readonly totalBytes: number;
  /** What this user may still write. */
  readonly freeBytes: number;
  /** Share in [0, 1] as `df` shows it: space that is reserved for root counts neither way. */
  readonly usedRatio: number;
}

export interface DiskWatch {
  /** As of the last look. Undefined while the file system cannot be asked. */
  space(): DiskSpace | undefined;
  /** Whether at least the watched share is used. */
  isNearlyFull(): boolean;
  close(): void;
}

export interface DiskWatchOptions {
  /** Share from which the disk counts as nearly full, percent; 100: never. */
  readonly usedPercentMax: number;
  /** Called when it begins or ceases to be so. */
  readonly onChange: (isNearlyFull: boolean, space: DiskSpace) => void;
  /** Default: every second. */
  readonly intervalMs?: number | undefined;
}

interface Statistics {
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
}

/** Looks at once, then at intervals; one look at a time, and none holds up the event loop. */
export function watchDisk(
  folder: string,
  { usedPercentMax, onChange, intervalMs = 1000 }: DiskWatchOptions,
): DiskWatch {
  let space: DiskSpace | undefined;
  let isNearlyFull = false;
  let isLooking = false;
  const note = (found: DiskSpace): void => {
    space = found;
    const isNow = usedPercentMax < 100 && 100 * found.usedRatio >= usedPercentMax;
    if (isNow === isNearlyFull) return;
    isNearlyFull = isNow;
    onChange(isNow, found);
  };
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    try {
      note(toSpace(await statfs(folder)));
    } catch {
      // A folder that is gone is the folder watch's to report.
      space = undefined;
    } finally {
      isLooking = false;
    }
  };
  note(toSpace(statfsSync(folder)));
  const timer = setInterval(() => {
    look().catch(() => undefined);
  }, intervalMs);
  timer.unref();
  return {
    space: () => space,
    isNearlyFull: () => isNearlyFull,
    close: () => clearInterval(timer),
  };
}

export function toSpace({ bsize, blocks, bfree, bavail }: Statistics): DiskSpace {
  const used = blocks - bfree;
  return {
    totalBytes: blocks * bsize,
    freeBytes: bavail * bsize,
    usedRatio: used + bavail === 0 ? 0 : used / (used + bavail),
  };
}

/** Rejects as the system does. */
export async function readDiskSpace(folder: string): Promise<DiskSpace> {
  return toSpace(await statfs(folder));
}
