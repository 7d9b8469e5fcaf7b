import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { openCollections } from "../../../src/engine/collections.js";
import type { Collections } from "../../../src/engine/collections.js";
import type { CollectionSettings } from "../../../src/index/collection-settings.js";
import { openDataFolder } from "../../../src/store/data-folder.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";
import { hasReason } from "../../support/errors.js";

const notes: CollectionSettings = {
  name: "notes",
  dim: 16,
  bits: 2,
  sketchBits: 2,
  analyzer: "english",
  seed: 1,
};

describe("openCollections", () => {
  const folder = useTemporaryFolder();

  async function withCollections(use: (collections: Collections) => Promise<void>): Promise<void> {
    const data = openDataFolder(folder());
    try {
      const collections = await openCollections(data, { flushBytes: 2 ** 20 });
      await use(collections);
      await collections.close();
    } finally {
      data.close();
    }
  }

  it("finds on disk what was made before", async () => {
    await withCollections(async (collections) => {
      await collections.create(notes);
      await collections.create({ ...notes, name: "others", bits: 4 });
    });
    await withCollections((collections) => {
      const { name, bits, dim } = collections.get("others").collection.settings;
      assert.deepEqual([name, bits, dim], ["others", 4, 16]);
      assert.equal(collections.list().length, 2);
      return Promise.resolve();
    });
  });

  it("makes one of two that ask for the same name at once", async () => {
    await withCollections(async (collections) => {
      const both = await Promise.allSettled([1, 2].map(() => collections.create(notes)));
      const refused = both.find((one) => one.status === "rejected");
      assert.equal(both.filter(({ status }) => status === "fulfilled").length, 1);
      hasReason("COLLECTION_EXISTS", /"notes"/)(refused?.reason);
      assert.equal(readdirSync(join(folder(), "collections")).length, 1);
    });
  });

  it("takes a dropped collection from the disk, and its name can be used again", async () => {
    await withCollections(async (collections) => {
      await collections.create(notes);
      const dropping = collections.drop("notes");
      assert.throws(() => collections.get("notes"), hasReason("COLLECTION_NOT_FOUND"));
      await assert.rejects(collections.drop("notes"), hasReason("COLLECTION_NOT_FOUND"));
      await dropping;
      assert.deepEqual(readdirSync(join(folder(), "collections")), []);
      await collections.create({ ...notes, dim: 32 });
      assert.equal(collections.get("notes").collection.settings.dim, 32);
    });
  });

  it("leaves nothing of a collection that cannot be made", async () => {
    await withCollections(async (collections) => {
      await assert.rejects(collections.create({ ...notes, dim: -16 }));
      assert.deepEqual(readdirSync(join(folder(), "collections")), []);
      assert.equal((await collections.create(notes)).collection.settings.dim, 16);
    });
  });
});
