import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { getEventListeners } from "node:events";
import { join } from "node:path";

import { open } from "lmdb";

import { closeCollection } from "../../../src/index/collection.js";
import type { Collection, WritableCollection } from "../../../src/index/collection.js";
import { CollectionWriter } from "../../../src/ingest/collection-writer.js";
import { createSegmentBuilder } from "../../../src/ingest/segment-builder.js";
import { createMapTurn } from "../../../src/store/map-turn.js";
import { openSmallCollection, seededPut } from "../../support/collections.js";
import { hasReason } from "../../support/errors.js";
import { contentsOf, readContents } from "../../support/generation-contents.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

interface Opened {
  readonly folder: string;
  readonly owner: WritableCollection;
  readonly collection: Collection;
  readonly writer: CollectionWriter;
}

async function withWriter(
  flushBytes: number,
  use: (opened: Opened) => Promise<void>,
): Promise<void> {
  await withTemporaryFolder(async (parent) => {
    const folder = join(parent, "collection");
    const owner = await openSmallCollection(folder);
    const collection = owner.view;
    const writer = new CollectionWriter(owner, { flushBytes });
    try {
      await use({ folder, owner, collection, writer });
    } finally {
      await writer.close();
      await closeCollection(collection);
    }
  });
}

/** Overwrites the stored bytes of a document, through LMDB itself, with bytes that are no value. */
async function damageDocument(folder: string, key: string): Promise<void> {
  const root = open<Buffer, string>({ path: folder, encoding: "binary", maxDbs: 16 });
  const documents = root.openDB<Buffer, Buffer>({
    name: "documents",
    keyEncoding: "binary",
    compression: true,
    encoding: "binary",
  });
  await documents.put(Buffer.from(key), Buffer.from("no value"));
  await root.close();
}

describe("CollectionWriter", () => {
  it("acknowledges what a copy of the folder already holds", () =>
    withWriter(200, async ({ folder, collection, writer }) => {
      for (let version = 1; version <= 12; version += 1) {
        await writer.write(seededPut(`key ${version % 5}`, version));
        const expected = readContents(collection.generation);
        const copy = `${folder}-copy-${version}`;
        cpSync(folder, copy, { recursive: true });
        const { view: copied } = await openSmallCollection(copy);
        assert.deepEqual(readContents(copied.generation), expected);
        await closeCollection(copied);
      }
      assert.ok(collection.flushed.size > 0);
    }));

  it("shows a write to the next search once it is acknowledged", () =>
    withWriter(1e6, async ({ collection, writer }) => {
      const before = collection.generation;
      before.acquire();
      const put = seededPut("a", 1);
      const { sequence, passageCount } = await writer.write(put);
      assert.deepEqual(readContents(collection.generation), contentsOf([put]));
      assert.equal(collection.generation.lastSequence, sequence);
      assert.equal(passageCount, put.passages.length);
      assert.equal(collection.generation.number, before.number + 1);
      assert.deepEqual(readContents(before), contentsOf([]));
      before.release();
    }));

  it("lets the last of several writes of one key in one commit win", () =>
    withWriter(1e6, async ({ collection, writer }) => {
      await writer.write(seededPut("a", 1));
      const last = seededPut("b", 6);
      const results = await Promise.all([
        writer.write(seededPut("a", 2)),
        writer.write(seededPut("b", 3)),
        writer.write({ kind: "delete", key: "a" }),
        writer.write(seededPut("b", 4)),
        writer.write({ kind: "delete", key: "b" }),
        writer.write({ kind: "delete", key: "b" }),
        writer.write(last),
      ]);
      assert.deepEqual(
        results.map(({ isChanged }) => isChanged),
        [true, true, true, true, true, false, true],
      );
      const sequences = results.map(({ sequence }) => sequence);
      assert.deepEqual(
        sequences,
        [...sequences].sort((a, b) => a - b),
      );
      assert.deepEqual(readContents(collection.generation), contentsOf([last]));
      assert.deepEqual([...collection.store.journal()].length, last.passages.length);
    }));

  it("commits nothing for the delete of a key that is not there", () =>
    withWriter(1e6, async ({ collection, writer }) => {
      const { generation } = collection;
      const result = await writer.write({ kind: "delete", key: "missing" });
      assert.deepEqual(result, { sequence: 0, passageCount: 0, isChanged: false });
      assert.equal(collection.generation, generation);
      assert.equal(collection.store.readManifest().generation, generation.number);
    }));

  it("keeps the order of more writes than one commit takes", () =>
    withWriter(2000, async ({ collection, writer }) => {
      const puts = Array.from({ length: 1200 }, (_, i) => seededPut(`key ${i % 700}`, i));
      const results = await Promise.all(puts.map((put) => writer.write(put)));
      const sequences = results.map(({ sequence }) => sequence);
      assert.deepEqual(
        sequences,
        [...sequences].sort((a, b) => a - b),
      );
      const last = new Map(puts.map((put) => [put.key, put]));
      assert.deepEqual(readContents(collection.generation), contentsOf(last.values()));
    }));

  it("empties the journal into a segment, without the passages that were deleted", () =>
    withWriter(1e6, async ({ owner, collection, writer }) => {
      const kept = seededPut("kept", 1);
      await writer.write(kept);
      await writer.write(seededPut("deleted", 2));
      await writer.write({ kind: "delete", key: "deleted" });
      const before = collection.generation;
      before.acquire();
      const flusher = new CollectionWriter(owner, { flushBytes: 1 });
      const added = seededPut("added", 3);
      await flusher.write(added);
      await flusher.close();
      assert.deepEqual([...collection.store.journal()], []);
      assert.equal(collection.live.ordinalCount, 0);
      const passageCount = kept.passages.length + added.passages.length;
      const [entry] = collection.manifest.segments;
      assert.equal(entry?.passageCount, passageCount);
      assert.deepEqual(readContents(collection.generation), contentsOf([kept, added]));
      assert.deepEqual(readContents(before), contentsOf([kept]));
      before.release();
    }));

  it("starts a new journal without a segment when every passage in it was deleted", () =>
    withWriter(1e6, async ({ owner, collection, writer }) => {
      await writer.write(seededPut("a", 1));
      const flusher = new CollectionWriter(owner, { flushBytes: 1 });
      await flusher.write({ kind: "delete", key: "a" });
      await flusher.close();
      assert.equal(collection.live.ordinalCount, 0);
      assert.deepEqual(collection.manifest.segments, []);
      assert.deepEqual(readContents(collection.generation), contentsOf([]));
    }));

  it("keeps everything when a flush fails, tells of it, and flushes later", () =>
    withWriter(1e6, async ({ owner, collection }) => {
      const failures: unknown[] = [];
      const builder = createSegmentBuilder(createMapTurn());
      let isBroken = true;
      const flusher = new CollectionWriter(owner, {
        flushBytes: 50,
        builder: {
          ...builder,
          build: (job) => (isBroken ? Promise.reject(new Error("no worker")) : builder.build(job)),
        },
        onMaintenanceFailure: (error) => failures.push(error),
      });
      const puts = Array.from({ length: 20 }, (_, i) => seededPut(`${i}`, i));
      for (const put of puts.slice(0, 10)) await flusher.write(put);
      assert.ok(failures.length > 0);
      assert.deepEqual(collection.manifest.segments, []);
      assert.deepEqual(readContents(collection.generation), contentsOf(puts.slice(0, 10)));
      isBroken = false;
      for (const put of puts.slice(10)) await flusher.write(put);
      await flusher.close();
      assert.ok(collection.manifest.segments.length > 0);
      assert.deepEqual(readContents(collection.generation), contentsOf(puts));
    }));

  it("replaces and deletes documents whose records are damaged, with their passages", () =>
    withTemporaryFolder(async (folder) => {
      const owner = await openSmallCollection(folder);
      const first = owner.view;
      const flusher = new CollectionWriter(owner, { flushBytes: 1 });
      for (const [i, key] of ["a", "b", "c"].entries()) await flusher.write(seededPut(key, i));
      await flusher.close();
      const journaler = new CollectionWriter(owner, { flushBytes: 1e6 });
      for (const [i, key] of ["d", "e"].entries()) await journaler.write(seededPut(key, 3 + i));
      await journaler.close();
      await closeCollection(first);
      for (const key of ["a", "b", "d", "e"]) await damageDocument(folder, key);

      const reopened = await openSmallCollection(folder);
      const collection = reopened.view;
      const writer = new CollectionWriter(reopened, { flushBytes: 1e6 });
      const puts = [seededPut("a", 10), seededPut("d", 11)];
      const written = await Promise.all([
        ...puts.map((put) => writer.write(put)),
        writer.write({ kind: "delete", key: "b" }),
        writer.write({ kind: "delete", key: "e" }),
      ]);
      assert.ok(written.every(({ isChanged }) => isChanged));
      const left = contentsOf([seededPut("c", 2), ...puts]);
      assert.deepEqual(readContents(collection.generation), left);
      await writer.close();
      await closeCollection(collection);
      const { view: opened } = await openSmallCollection(folder);
      assert.deepEqual(readContents(opened.generation), left);
      await closeCollection(opened);
    }));

  it("rejects writes that cannot be stored, with nothing of them visible, and goes on", () =>
    withWriter(1e6, async ({ collection, writer }) => {
      const put = seededPut("a", 1);
      await writer.write(put);
      const before = collection.generation;
      // The group's commit fails as a whole: LMDB takes no key of this length.
      const outcomes = await Promise.allSettled([
        writer.write(seededPut("b", 2)),
        writer.write(seededPut("k".repeat(4000), 3)),
      ]);
      // The first may have been under way alone; the two are then two commits.
      assert.equal(outcomes[1].status, "rejected");
      const kept = outcomes[0].status === "fulfilled" ? [put, seededPut("b", 2)] : [put];
      assert.deepEqual(readContents(collection.generation), contentsOf(kept));
      if (kept.length === 1) assert.equal(collection.generation, before);
      const next = seededPut("c", 4);
      await writer.write(next);
      assert.deepEqual(readContents(collection.generation), contentsOf([...kept, next]));
    }));

  it("finishes the writes under way before it closes, and refuses later ones", () =>
    withWriter(1e6, async ({ collection, writer }) => {
      const writes = [1, 2, 3].map((version) => writer.write(seededPut(`${version}`, version)));
      const closed = writer.close();
      await assert.rejects(writer.write(seededPut("late", 9)), hasReason("NOT_READY"));
      await closed;
      assert.equal(collection.generation.documentCount, 3);
      await Promise.all(writes);
    }));
});

describe("waitForSequence", () => {
  it("resolves at once for what is visible, and later for what is written later", () =>
    withWriter(1e6, async ({ collection, writer }) => {
      const { signal } = new AbortController();
      await writer.waitForSequence(0, signal);
      const put = seededPut("a", 1);
      const wanted = put.passages.length;
      const order: string[] = [];
      const waited = writer.waitForSequence(wanted, signal).then(() => {
        order.push("visible");
        assert.ok(collection.generation.lastSequence >= wanted);
      });
      assert.deepEqual(order, []);
      await writer.write(put);
      await waited;
      assert.deepEqual(order, ["visible"]);
      await writer.waitForSequence(wanted, signal);
      assert.equal(getEventListeners(signal, "abort").length, 0);
    }));

  it("is woken by a later write that skips the number", () =>
    withWriter(1e6, async ({ writer }) => {
      const { signal } = new AbortController();
      const waits = [1, 2, 3].map((sequence) => writer.waitForSequence(sequence, signal));
      for (let version = 1; version <= 3; version += 1) await writer.write(seededPut("a", version));
      await Promise.all(waits);
    }));

  it("rejects with the signal's reason, before and after it was aborted, and forgets the wait", () =>
    withWriter(1e6, async ({ writer }) => {
      const controller = new AbortController();
      const reason = new Error("deadline");
      const waits = [5, 6].map((sequence) => writer.waitForSequence(sequence, controller.signal));
      assert.equal(getEventListeners(controller.signal, "abort").length, 2);
      controller.abort(reason);
      for (const wait of waits) await assert.rejects(wait, reason);
      await assert.rejects(writer.waitForSequence(7, controller.signal), reason);
      assert.equal(getEventListeners(controller.signal, "abort").length, 0);
      await writer.write(seededPut("a", 1));
    }));

  it("rejects once no write can come any more", () =>
    withWriter(1e6, async ({ writer }) => {
      const { signal } = new AbortController();
      const put = seededPut("a", 1);
      const visible = writer.waitForSequence(put.passages.length, signal);
      const never = writer.waitForSequence(1000, signal);
      const written = writer.write(put);
      const closed = writer.close();
      await assert.rejects(never, hasReason("NOT_READY"));
      await Promise.all([visible, written, closed]);
      await writer.waitForSequence(1, signal);
      await assert.rejects(writer.waitForSequence(1000, signal), hasReason("NOT_READY"));
      assert.equal(getEventListeners(signal, "abort").length, 0);
    }));
});
