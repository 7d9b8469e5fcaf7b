// A disk of a few megabytes that a test may fill.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { withTemporaryFolder } from "./temporary-folder.js";

/** Calls `use` with a folder on a disk of 4 MiB. Requires `canMountDisk()`. */
export async function withSmallDisk(use: (folder: string) => Promise<void>): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    const disk = join(folder, "disk");
    mkdirSync(disk);
    assert.equal(mount(disk), 0, "a tmpfs can be mounted");
    try {
      await use(disk);
    } finally {
      // Lazily, because a child may still have files open after a failed test.
      spawnSync("umount", ["-l", disk]);
    }
  });
}

/** Whether this process may mount a tmpfs. */
export function canMountDisk(): boolean {
  if (process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), "sluice-test-"));
  const isMounted = mount(folder) === 0;
  if (isMounted) spawnSync("umount", [folder]);
  rmSync(folder, { recursive: true });
  return isMounted;
}

function mount(folder: string): number | null {
  return spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]).status;
}
