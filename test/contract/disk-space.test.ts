// A disk that fills up and gets space again, as the watch over it sees it.

import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readDiskSpace, toSpace, watchDisk } from "../../src/store/disk-space.js";
import { eventually } from "../support/eventually.js";
import { canMountDisk, withSmallDisk } from "../support/small-disk.js";

describe("the space of a disk", () => {
  it("is counted as df counts it", () => {
    // 100 blocks, of which 30 are free and root may use 10 of those.
    const space = toSpace({ bsize: 4096, blocks: 100, bfree: 30, bavail: 20 });
    assert.deepEqual(space, { totalBytes: 409_600, freeBytes: 81_920, usedRatio: 70 / 90 });
    assert.equal(toSpace({ bsize: 4096, blocks: 0, bfree: 0, bavail: 0 }).usedRatio, 0);
  });

  it("can be asked for any folder", async () => {
    const { totalBytes, freeBytes, usedRatio } = await readDiskSpace(".");
    assert.ok(totalBytes > 0 && freeBytes <= totalBytes && usedRatio > 0 && usedRatio <= 1);
  });

  if (canMountDisk())
    it("is watched: it becomes nearly full, and has space again", () =>
      withSmallDisk(async (disk) => {
        const changes: boolean[] = [];
        const watch = watchDisk(disk, {
          usedPercentMax: 50,
          intervalMs: 10,
          onChange: (isNearlyFull) => changes.push(isNearlyFull),
        });
        try {
          assert.equal(watch.isNearlyFull(), false);
          const ballast = join(disk, "ballast");
          writeFileSync(ballast, Buffer.alloc(3 * 2 ** 20));
          await eventually(() => assert.ok(watch.isNearlyFull()));
          rmSync(ballast);
          await eventually(() => assert.ok(!watch.isNearlyFull()));
          assert.deepEqual(changes, [true, false]);
        } finally {
          watch.close();
        }
      }));
});
