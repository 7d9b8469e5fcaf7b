import assert from "node:assert/strict";
import { join } from "node:path";

import { open } from "lmdb";

import { toSequence } from "../../../src/core/ids.js";
import { closeCollection } from "../../../src/index/collection.js";
import { openCollection } from "../../../src/index/stored-collection.js";
import { CollectionWriter } from "../../../src/ingest/collection-writer.js";
import { openLmdbStore } from "../../../src/store/lmdb-store.js";
import type { Manifest } from "../../../src/store/stored-values.js";
import { openSmallCollection, seededPut, smallSettings } from "../../support/collections.js";
import { hasReason } from "../../support/errors.js";
import { contentsOf, readContents } from "../../support/generation-contents.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

const first = [1, 2, 3].map((version) => seededPut(`first ${version}`, version));
const second = [4, 5, 6].map((version) => seededPut(`second ${version}`, version));
const live = [7, 8].map((version) => seededPut(`live ${version}`, version));

/** A closed collection of two segments and a journal. */
async function writeCollection(folder: string): Promise<void> {
  const owner = await openSmallCollection(folder);
  const collection = owner.view;
  for (const [puts, flushBytes] of [
    [first, 1],
    [second, 1],
    [live, 1e6],
  ] as const) {
    const writer = new CollectionWriter(owner, { flushBytes });
    await Promise.all(puts.map((put) => writer.write(put)));
    await writer.close();
  }
  await closeCollection(collection);
}

/** Changes the manifest that is stored in `folder`. */
async function changeManifest(folder: string, change: Partial<Manifest>): Promise<void> {
  const store = openLmdbStore(folder);
  await store.commit({ manifest: { ...store.readManifest(), ...change } });
  await store.close();
}

async function storeBytes(
  folder: string,
  value: { readonly database: string; readonly key: string | number; readonly bytes: Buffer },
): Promise<void> {
  const root = open<Buffer, string>({ path: folder, encoding: "binary", maxDbs: 16 });
  const database = root.openDB<Buffer, string | number>({
    name: value.database,
    encoding: "binary",
  });
  await database.put(value.key, value.bytes);
  await root.close();
}

describe("openCollection", () => {
  it("shows after reopening what was there before, with the same settings", () =>
    withTemporaryFolder(async (folder) => {
      await writeCollection(folder);
      const { view: collection } = await openSmallCollection(folder);
      assert.deepEqual(collection.settings, smallSettings);
      assert.ok(collection.flushed.size >= 2);
      const expected = contentsOf([...first, ...second, ...live]);
      assert.deepEqual(readContents(collection.generation), expected);
      assert.equal(collection.generation.number, collection.manifest.generation);
      await closeCollection(collection);
    }));

  it("leaves a damaged segment out, names it, and serves the rest", () =>
    withTemporaryFolder(async (folder) => {
      await writeCollection(folder);
      const bytes = Buffer.from("damaged");
      await storeBytes(folder, { database: "segments", key: "1/codes", bytes });
      const owner = await openSmallCollection(folder);
      const collection = owner.view;
      assert.equal(collection.damages.length, 1);
      const [damage = ""] = collection.damages;
      assert.match(damage, /segment 1 \(codes\) is damaged: .* passages are not searched/);
      assert.deepEqual(collection.generation.damages, collection.damages);
      const shown = readContents(collection.generation);
      assert.ok(shown.passages.some((line) => line.startsWith("second")));
      assert.ok(shown.passages.some((line) => line.startsWith("live")));
      // Its documents are whole and can be read, replaced and deleted.
      assert.ok(shown.documents.has("first 1"));
      const writer = new CollectionWriter(owner, { flushBytes: 1e6 });
      const replaced = seededPut("first 1", 99);
      await writer.write(replaced);
      await writer.write({ kind: "delete", key: "first 2" });
      const after = readContents(collection.generation);
      assert.equal(after.documents.has("first 2"), false);
      const ownLines = after.passages.filter((line) => line.startsWith("first 1#"));
      assert.deepEqual(ownLines, contentsOf([replaced]).passages);
      await writer.close();
      await closeCollection(collection);
    }));

  it("does the same for a segment that is gone, and for damaged tombstones", () =>
    withTemporaryFolder(async (parent) => {
      const gone = join(parent, "gone");
      await writeCollection(gone);
      const store = openLmdbStore(gone);
      await store.commit({ manifest: store.readManifest(), segmentDeletes: [2] });
      await store.close();
      const { view: collection } = await openSmallCollection(gone);
      assert.match(collection.damages.join(), /^segment 2 \(tables\) is missing/);
      await closeCollection(collection);
      const torn = join(parent, "torn");
      await writeCollection(torn);
      await storeBytes(torn, { database: "tombstones", key: 1, bytes: Buffer.from("damaged") });
      const { view: other } = await openSmallCollection(torn);
      // Without its tombstones a segment would show what was deleted.
      assert.match(other.damages.join(), /^tombstones of segment 1 is damaged/);
      await closeCollection(other);
    }));

  it("serves all but a damaged passage of the journal, and names it", () =>
    withTemporaryFolder(async (folder) => {
      await writeCollection(folder);
      const store = openLmdbStore(folder);
      const [[sequence] = [0], ...rest] = [...store.journal()];
      await store.close();
      const bytes = Buffer.from("damaged");
      await storeBytes(folder, { database: "journal", key: sequence, bytes });
      const damaged = openLmdbStore(folder);
      const { view: collection } = await openCollection(damaged);
      const [damage, ...others] = collection.damages;
      assert.match(damage ?? "", new RegExp(`^journal passage ${sequence} is damaged`));
      assert.deepEqual(others, []);
      assert.equal(collection.live.ordinalCount, rest.length);
      assert.equal(collection.live.ordinalOf(toSequence(sequence)), undefined);
      await closeCollection(collection);
    }));

  const refusals: [
    what: string,
    change: Partial<Manifest>,
    reason: Parameters<typeof hasReason>,
  ][] = [
    ["an unknown analyzer", { analyzer: "klingon" }, ["DATA_CORRUPT", /analyzer "klingon"/]],
    ["terms of another analyzer", { analyzerVersion: 200 }, ["DATA_FORMAT_NEWER", /version 200/]],
    ["codes of another rotation", { rotationChecksum: 1 }, ["DATA_FORMAT_NEWER", /rotation/]],
    ["codes of an odd width", { bits: 3 }, ["DATA_CORRUPT", /codes of 3 bits/]],
    ["a refine plane of an odd width", { refineBits: 2 }, ["DATA_CORRUPT", /plane of 2 bits/]],
    ["sketches of an odd width", { sketchBits: 0 }, ["DATA_CORRUPT", /codes of 0 bits/]],
  ];
  for (const [what, change, reason] of refusals)
    it(`refuses ${what}`, () =>
      withTemporaryFolder(async (folder) => {
        await writeCollection(folder);
        await changeManifest(folder, change);
        const store = openLmdbStore(folder);
        await assert.rejects(openCollection(store), hasReason(...reason));
        await store.close();
      }));
});
