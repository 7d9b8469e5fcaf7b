import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { openDataFolder } from "../../../src/store/data-folder.js";
import { hasReason } from "../../support/errors.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

describe("openDataFolder", () => {
  it("makes what is missing, and keeps collections over a restart", () =>
    withTemporaryFolder(async (parent) => {
      const path = join(parent, "deep", "data");
      const first = openDataFolder(path);
      assert.deepEqual(first.collectionFolders(), []);
      const folders = ["b", "a", "c"].map((id) => first.createCollectionFolder(id));
      for (const folder of folders) assert.ok(existsSync(folder));
      first.removeCollectionFolder(join(path, "collections", "c"));
      first.close();
      const second = openDataFolder(path);
      const expected = ["a", "b"].map((id) => join(path, "collections", id));
      assert.deepEqual(second.collectionFolders(), expected);
      second.close();
      await Promise.resolve();
    }));

  it("removes a folder with all that is in it", () =>
    withTemporaryFolder(async (path) => {
      const data = openDataFolder(path);
      const folder = data.createCollectionFolder("a");
      writeFileSync(join(folder, "data.mdb"), "content");
      data.removeCollectionFolder(folder);
      assert.equal(existsSync(folder), false);
      data.close();
      await Promise.resolve();
    }));

  it("is held by one at a time", () =>
    withTemporaryFolder(async (path) => {
      const data = openDataFolder(path);
      assert.throws(() => openDataFolder(path), hasReason("DATA_FOLDER_LOCKED"));
      data.close();
      openDataFolder(path).close();
      await Promise.resolve();
    }));

  it("says which path is no folder", () =>
    withTemporaryFolder(async (parent) => {
      const path = join(parent, "file");
      writeFileSync(path, "content");
      assert.throws(() => openDataFolder(path), hasReason("INTERNAL", /data folder .*file/));
      await Promise.resolve();
    }));
});
