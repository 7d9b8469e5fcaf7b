import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { SluiceError } from "../../../src/core/errors.js";
import { toCommitError, toStoreError } from "../../../src/store/store-errors.js";
import { startChild, startCommand } from "../../support/child.js";
import type { Child } from "../../support/child.js";
import { hasReason } from "../../support/errors.js";
import { canMountDisk, withSmallDisk } from "../../support/small-disk.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

const filler = new URL("../../support/disk-filler.js", import.meta.url);

interface State {
  readonly failure: string;
  readonly acknowledged: number;
  readonly lastSequence: number;
  readonly journal: readonly number[];
  readonly damages: readonly string[];
}

function sequencesTo(last: number): number[] {
  return Array.from({ length: last }, (_, i) => i + 1);
}

async function nextState(child: Child): Promise<State> {
  return JSON.parse(await child.nextLine()) as State;
}

/** Two refusals, with everything that was acknowledged kept and nothing else. */
async function checkRefusals(child: Child, failure: RegExp): Promise<number> {
  const first = await nextState(child);
  assert.match(first.failure, failure);
  assert.ok(first.acknowledged > 0);
  const second = await nextState(child);
  assert.match(second.failure, failure);
  for (const state of [first, second]) {
    assert.equal(state.lastSequence, first.acknowledged);
    assert.deepEqual(state.journal, sequencesTo(first.acknowledged));
    assert.deepEqual(state.damages, []);
  }
  return first.acknowledged;
}

describe("a full disk", () => {
  if (canMountDisk())
    it("refuses the write, keeps what was written, and works again after space is freed", () =>
      withSmallDisk(async (disk) => {
        writeFileSync(join(disk, "ballast"), Buffer.alloc(2 << 20));
        const child = startChild(filler, [disk]);
        const acknowledged = await checkRefusals(
          child,
          /^DISK_FULL: the disk is full; nothing was/,
        );
        rmSync(join(disk, "ballast"));
        child.send("there is space");
        const third = await nextState(child);
        assert.equal(third.acknowledged, acknowledged + 1);
        const reopened = await nextState(child);
        assert.deepEqual(reopened.journal, sequencesTo(acknowledged + 1));
        assert.deepEqual(reopened.damages, []);
        child.send();
        assert.equal(await child.ended, 0);
      }));

  it("loses nothing either at a limit on the size of files", () =>
    withTemporaryFolder(async (folder) => {
      // Blocks of 512 bytes in sh. The signal is ignored, so that the write fails instead. LMDB
      // calls a write that was done in part an input/output error, and here is space on the disk.
      const script = `trap "" XFSZ; ulimit -f 5000; exec "$0" "$@"`;
      const command = ["sh", "-c", script, process.execPath, fileURLToPath(filler), folder];
      const child = startCommand(command);
      const failure = /^(DISK_FULL: .*nothing was written|STORAGE_FAILED: the disk failed)/;
      const acknowledged = await checkRefusals(child, failure);
      child.send("there is no more space");
      assert.match((await nextState(child)).failure, failure);
      assert.deepEqual((await nextState(child)).journal, sequencesTo(acknowledged));
      child.send();
      assert.equal(await child.ended, 0);
    }));

  it("is told from other failures by what the system said", async () => {
    const reasonOf = (message: string): string => toStoreError(new Error(message), "x").reason;
    assert.equal(reasonOf("No space left on device"), "DISK_FULL");
    assert.equal(reasonOf("ENOSPC: no space left on device, write"), "DISK_FULL");
    assert.equal(reasonOf("Disk quota exceeded"), "DISK_FULL");
    assert.equal(reasonOf("File too large"), "DISK_FULL");
    assert.equal(reasonOf("MDB_MAP_FULL: Environment mapsize limit reached"), "DISK_FULL");
    assert.equal(reasonOf("MDB_CORRUPTED: Located page was wrong type"), "DATA_CORRUPT");
    assert.equal(reasonOf("Permission denied"), "DATA_FOLDER_UNAVAILABLE");
    const own = new SluiceError("NOT_READY", "own");
    assert.equal(toStoreError(own, "x"), own);
    await withTemporaryFolder(async (folder) => {
      const commitError = Promise.reject(new Error("No space left on device"));
      const failed = Object.assign(new Error("Commit failed"), { commitError });
      hasReason("DISK_FULL", /nothing was written/)(await toCommitError(failed, folder));
      // There is space here, so an input/output error is one.
      const broken = await toCommitError(new Error("Input/output error"), folder);
      hasReason("STORAGE_FAILED", /Input\/output error/)(broken);
    });
  });
});
