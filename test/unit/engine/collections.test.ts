// Collections that are opened when they are used and closed when they are not.

import assert from "node:assert/strict";
import { readdirSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";

import { latestSettings } from "../../../src/analysis/analyzer.js";
import type { CollectionLimits, Collections } from "../../../src/engine/collections.js";
import { openCollections } from "../../../src/engine/collections.js";
import type { CollectionSettings } from "../../../src/index/collection-settings.js";
import { openDataFolder } from "../../../src/store/data-folder.js";
import { collectionLimits, seededPut } from "../../support/collections.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";
import { hasReason } from "../../support/errors.js";
import { eventually } from "../../support/eventually.js";

const notes: CollectionSettings = {
  name: "notes",
  modelName: undefined,
  modelFingerprint: undefined,
  dim: 16,
  bits: 2,
  sketchBits: 2,
  refineBits: undefined,
  ...latestSettings("english"),
  seed: 1,
};
const nothing = (): void => undefined;

describe("openCollections", () => {
  const folder = useTemporaryFolder();

  async function withCollections(
    use: (collections: Collections, tick: (ms: number) => void) => Promise<void>,
    limits: Partial<CollectionLimits> = {},
  ): Promise<void> {
    const data = openDataFolder(folder());
    let nowMs = 0;
    try {
      const collections = await openCollections(data, {
        flushBytes: 2 ** 20,
        clock: () => nowMs,
        limits: { ...collectionLimits, ...limits },
      });
      await use(collections, (ms) => (nowMs += ms));
      await collections.close();
    } finally {
      data.close();
    }
  }

  it("knows what was made before without opening it, and opens it when it is used", async () => {
    await withCollections(async (collections) => {
      await collections.create(notes);
      await collections.create({ ...notes, name: "others", bits: 4 });
      await collections.use("notes", ({ writer }) => writer.write(seededPut("a", 1)));
    });
    await withCollections(async (collections) => {
      assert.equal(collections.counts().open, 0);
      const listed = collections.list().map(({ settings }) => settings.name);
      assert.deepEqual(listed.sort(), ["notes", "others"]);
      assert.deepEqual(collections.settingsOf("notes"), notes);
      assert.equal(collections.figures("notes").documentCount, 1);
      assert.equal(collections.figures("others").documentCount, 0);
      const documentCount = await collections.use(
        "notes",
        ({ collection }) => collection.generation.documentCount,
      );
      assert.equal(documentCount, 1);
      assert.equal(collections.counts().open, 1);
    });
  });

  it("opens at the start what a crash has left without figures", async () => {
    await withCollections(async (collections) => {
      await collections.create(notes);
      const [path] = readdirSync(join(folder(), "collections"));
      // Nothing tells what it holds while it is open.
      assert.ok(!readdirSync(join(folder(), "collections", path!)).includes("card.bin"));
    });
    const [path] = readdirSync(join(folder(), "collections"));
    rmSync(join(folder(), "collections", path!, "card.bin"));
    await withCollections((collections) => {
      assert.equal(collections.counts().open, 1);
      assert.equal(collections.figures("notes").documentCount, 0);
      return Promise.resolve();
    });
  });

  it("does not believe figures of data that was changed since", async () => {
    await withCollections((collections) => collections.create(notes));
    const [path] = readdirSync(join(folder(), "collections"));
    utimesSync(join(folder(), "collections", path!, "data.mdb"), 1, 1);
    await withCollections((collections) => {
      assert.equal(collections.counts().open, 1);
      return Promise.resolve();
    });
  });

  it("closes what nobody has used for a while, and keeps what somebody uses", async () => {
    const limits = { idleMs: 200 };
    await withCollections(async (collections, tick) => {
      await collections.create(notes);
      await collections.create({ ...notes, name: "others" });
      const { opened, release } = await collections.acquire("others");
      tick(1000);
      await eventually(() => assert.equal(collections.opened("notes"), undefined));
      assert.equal(collections.opened("others"), opened);
      release();
      tick(1000);
      await eventually(() => assert.equal(collections.counts().open, 0));
    }, limits);
  });

  it("closes the least recently used one when another is wanted", async () => {
    await withCollections(
      async (collections) => {
        for (const name of ["a", "b", "c"]) await collections.create({ ...notes, name });
        await collections.use("a", nothing);
        await collections.use("b", nothing);
        await collections.use("c", nothing);
        assert.deepEqual(
          ["a", "b", "c"].filter((name) => collections.opened(name) !== undefined),
          ["b", "c"],
        );
        assert.ok(collections.counts().open <= 2);
      },
      { openMax: 2 },
    );
  });

  it("says so when all that may be open are in use for too long", async () => {
    await withCollections(
      async (collections) => {
        await collections.create(notes);
        await collections.create({ ...notes, name: "others" });
        const { release } = await collections.acquire("others");
        await assert.rejects(
          collections.acquire("notes", { waitMs: 20 }),
          hasReason("OVERLOADED", /1 may be open at once/),
        );
        const gone = new AbortController();
        const waiting = collections.acquire("notes", { signal: gone.signal });
        gone.abort(new Error("gone"));
        await assert.rejects(waiting, /gone/);
        const later = collections.use("notes", ({ collection }) => collection.settings.name);
        release();
        assert.equal(await later, "notes");
      },
      { openMax: 1 },
    );
  });

  it("opens a collection once, however many ask for it", async () => {
    await withCollections((collections) => collections.create(notes));
    await withCollections(async (collections) => {
      const uses = await Promise.all(
        Array.from({ length: 50 }, () => collections.acquire("notes")),
      );
      assert.equal(new Set(uses.map(({ opened }) => opened)).size, 1);
      for (const { release } of uses) release();
    });
  });

  it("closes what nobody uses when memory is to be saved", async () => {
    await withCollections(
      async (collections) => {
        for (const name of ["a", "b", "c"]) await collections.create({ ...notes, name });
        for (const name of ["a", "b", "c"]) await collections.use(name, nothing);
        await eventually(() => assert.ok(collections.counts().open <= 1));
      },
      { openBytesMax: 1, openMax: 2 },
    );
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

  it("makes no more than the limit, those that are being made included", async () => {
    await withCollections(
      async (collections) => {
        const names = Array.from({ length: 20 }, (_, i) => `c${i}`);
        const made = await Promise.allSettled(
          names.map((name) => collections.create({ ...notes, name })),
        );
        const refused = made.filter((one) => one.status === "rejected");
        assert.equal(refused.length, 15);
        for (const { reason } of refused)
          hasReason("LIMIT_EXCEEDED", /limit is 5 \(collections.countMax\)/)(reason);
        await collections.drop(collections.list()[0]!.settings.name);
        await collections.create(notes);
      },
      { countMax: 5 },
    );
  });

  it("takes a dropped collection from the disk, and its name can be used again", async () => {
    await withCollections(async (collections) => {
      await collections.create(notes);
      const dropping = collections.drop("notes");
      await assert.rejects(collections.acquire("notes"), hasReason("COLLECTION_NOT_FOUND"));
      await assert.rejects(collections.drop("notes"), hasReason("COLLECTION_NOT_FOUND"));
      await dropping;
      assert.deepEqual(readdirSync(join(folder(), "collections")), []);
      await collections.create({ ...notes, dim: 32 });
      assert.equal(collections.figures("notes").settings.dim, 32);
    });
  });

  it("drops a collection that is closed, being opened or waited for", async () => {
    await withCollections((collections) => collections.create(notes));
    await withCollections((collections) => collections.drop("notes"));
    assert.deepEqual(readdirSync(join(folder(), "collections")), []);
    await withCollections((collections) => collections.create(notes));
    await withCollections(async (collections) => {
      const opening = collections.acquire("notes");
      const dropping = collections.drop("notes");
      await assert.rejects(opening, hasReason("COLLECTION_NOT_FOUND"));
      await dropping;
    });
    assert.deepEqual(readdirSync(join(folder(), "collections")), []);
  });

  it("leaves nothing of a collection that cannot be made", async () => {
    await withCollections(async (collections) => {
      await assert.rejects(collections.create({ ...notes, dim: -16 }));
      assert.deepEqual(readdirSync(join(folder(), "collections")), []);
      await collections.create(notes);
      assert.equal(collections.figures("notes").settings.dim, 16);
      assert.equal(collections.counts().open, 1);
    });
  });
});
