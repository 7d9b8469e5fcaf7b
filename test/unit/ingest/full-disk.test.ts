import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { isSluiceError } from "../../../src/core/errors.js";
import { createPrng } from "../../../src/core/prng.js";
import { closeCollection } from "../../../src/index/collection.js";
import { CollectionWriter } from "../../../src/ingest/collection-writer.js";
import type { PutOperation } from "../../../src/ingest/write-operations.js";
import { openSmallCollection, seededPut } from "../../support/collections.js";
import { contentsOf, readContents } from "../../support/generation-contents.js";
import { canMountDisk, withSmallDisk } from "../../support/small-disk.js";

/** A document of one passage with 40,000 bytes of codes that no compression makes smaller. */
function largePut(version: number): PutOperation {
  const prng = createPrng(version);
  const put = seededPut(`key ${version}`, version);
  const [passage] = put.passages;
  assert.ok(passage !== undefined);
  const codes = Uint8Array.from({ length: 40_000 }, () => prng.nextUint32());
  return { ...put, passages: [{ ...passage, tokenCount: 10_000, codes }] };
}

/** Writes until the disk is full; every write before that is in `written` afterwards. */
async function fillDisk(writer: CollectionWriter, written: PutOperation[]): Promise<unknown> {
  for (let i = 0; i < 1000; i += 1) {
    const put = largePut(written.length + 1);
    try {
      await writer.write(put);
    } catch (error) {
      return error;
    }
    written.push(put);
  }
  return undefined;
}

function isDiskFull(error: unknown): boolean {
  return isSluiceError(error) && error.reason === "DISK_FULL";
}

if (canMountDisk())
  describe("a collection on a disk that fills up", () => {
    it("keeps memory and disk at what was acknowledged, and goes on when there is space", () =>
      withSmallDisk(async (disk) => {
        const ballast = join(disk, "ballast");
        writeFileSync(ballast, Buffer.alloc(2 << 20));
        const folder = join(disk, "collection");
        const owner = await openSmallCollection(folder);
        const collection = owner.view;
        const failures: unknown[] = [];
        // The journal is flushed a few times while the disk fills, and in vain when it is full.
        const writer = new CollectionWriter(owner, {
          flushBytes: 500_000,
          onMaintenanceFailure: (error) => failures.push(error),
        });
        const written: PutOperation[] = [];
        assert.ok(isDiskFull(await fillDisk(writer, written)));
        assert.ok(written.length > 5);
        assert.deepEqual(readContents(collection.generation), contentsOf(written));
        rmSync(ballast);
        const more = largePut(written.length + 1);
        await writer.write(more);
        written.push(more);
        await writer.write({ kind: "delete", key: "key 1" });
        const expected = contentsOf(written.slice(1));
        assert.deepEqual(readContents(collection.generation), expected);
        for (const failure of failures) assert.ok(isDiskFull(failure), String(failure));
        await writer.close();
        await closeCollection(collection);
        const { view: again } = await openSmallCollection(folder);
        assert.deepEqual(again.damages, []);
        assert.deepEqual(readContents(again.generation), expected);
        assert.deepEqual(again.store.check().damages, []);
        await closeCollection(again);
      }));
  });
