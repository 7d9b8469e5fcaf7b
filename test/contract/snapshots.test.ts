// Snapshots and restores: of a server under writes, and what is left when they fail.

import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { SluiceClient } from "../../src/client/client.js";
import { openDataFolder } from "../../src/store/data-folder.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchRequest } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { damageFile } from "../support/damage.js";
import { endServersAfterEach, startServerProcess } from "../support/server-process.js";

const dim = 32;
const documents = seededDocuments({ seed: 8, count: 200, dim });
const [query] = seededQueries({ seed: 8, count: 1, dim });

describe("snapshots of an engine", () => {
  const folder = useTemporaryFolder();

  async function withNotes(use: (engine: InlineEngine) => Promise<void>): Promise<void> {
    const engine = await openInlineEngine(folder(), { flushBytes: 2_000 });
    try {
      await createNotes(engine.api, { dim });
      await putAll(engine.api, documents.slice(0, 150));
      await use(engine);
    } finally {
      await engine.close();
    }
  }

  it("hold one moment of a collection that is written to, and come back under another name", async () => {
    await withNotes(async ({ api }) => {
      const before = await finalOf(api, { ...query!, k: 150 });
      const writing = putAll(api, documents.slice(150));
      const info = await resultOf(api.snapshot("notes", "nightly"));
      await writing;
      assert.equal(info.collection, "notes");
      assert.ok(info.lastSequence >= 150 && info.lastSequence <= 200);
      await api.delete("notes", [documents[0]!.key]);
      const restored = await resultOf(api.restore("nightly", "notes-again"));
      assert.equal(restored.documentCount, info.lastSequence);
      const again = await finalOf(api, { ...query!, collection: "notes-again", k: 150 });
      if (info.lastSequence === 150) assert.deepEqual(again.hits, before.hits);
      assert.ok((await api.get("notes-again", [documents[0]!.key]))[0] !== undefined);
      // It takes writes of its own, and outlives a restart.
      await api.delete("notes-again", [documents[1]!.key]);
      assert.equal(api.describeCollection("notes-again").documentCount, info.lastSequence - 1);
    });
    const engine = await openInlineEngine(folder());
    assert.deepEqual(
      engine.api
        .listCollections()
        .map(({ settings }) => settings.name)
        .sort(),
      ["notes", "notes-again"],
    );
    assert.deepEqual(
      engine.api.listSnapshots().map(({ name }) => name),
      ["nightly"],
    );
    engine.api.deleteSnapshot("nightly");
    assert.deepEqual(engine.api.listSnapshots(), []);
    await engine.close();
  });

  it("are refused by name, with nothing left behind", async () => {
    await withNotes(async ({ api }) => {
      const { name } = await resultOf(api.snapshot("notes", undefined));
      assert.match(name, /^notes-[0-9a-f]{16}$/);
      await assert.rejects(resultOf(api.snapshot("notes", name)), { reason: "SNAPSHOT_EXISTS" });
      await assert.rejects(resultOf(api.snapshot("none", "x")), { reason: "COLLECTION_NOT_FOUND" });
      await assert.rejects(resultOf(api.restore("none", "x")), { reason: "SNAPSHOT_NOT_FOUND" });
      await assert.rejects(resultOf(api.restore(name, "notes")), { reason: "COLLECTION_EXISTS" });
      assert.throws(() => api.deleteSnapshot("none"), { reason: "SNAPSHOT_NOT_FOUND" });
      assert.equal(api.listSnapshots().length, 1);
      assert.equal(api.listCollections().length, 1);
      assert.deepEqual(leftovers(folder()), []);
    });
  });

  it("that are damaged are not restored", async () => {
    await withNotes(async ({ api }) => {
      await resultOf(api.snapshot("notes", "damaged"));
    });
    const [path] = readdirSync(join(folder(), "snapshots"));
    const text = Buffer.from(documents[3]!.text.slice(0, 30));
    damageFile(join(folder(), "snapshots", path!, "data.mdb"), text);
    const engine = await openInlineEngine(folder());
    try {
      await assert.rejects(resultOf(engine.api.restore("damaged", "again")), {
        reason: "DATA_CORRUPT",
      });
      assert.deepEqual(leftovers(folder()), []);
      assert.equal(engine.api.listCollections().length, 1);
    } finally {
      await engine.close();
    }
  });

  it("that a crash left unfinished are gone at the next start", () => {
    const data = openDataFolder(folder());
    for (const path of [data.snapshots.begin("abc"), data.prepareFolder("def")])
      writeFileSync(join(path, "data.mdb"), "half");
    data.close();
    assert.equal(leftovers(folder()).length, 2);
    openDataFolder(folder()).close();
    assert.deepEqual(leftovers(folder()), []);
  });

  it("do not stop a search or a write meanwhile", async () => {
    await withNotes(async ({ api }) => {
      let searches = 0;
      for await (const progress of api.snapshot("notes", "busy")) {
        assert.ok(progress.done <= progress.total);
        for await (const update of api.search(searchRequest(query!), {
          signal: new AbortController().signal,
        }))
          if (update.final) searches += 1;
      }
      assert.ok(searches >= 2);
    });
  });
});

describe("snapshots over gRPC", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it("are taken, listed, restored and deleted by the client", async () => {
    const server = await startServerProcess({ data: folder() });
    const { client } = server;
    await client.collections.create({ name: "notes", dim });
    await client.ingest("notes", documents);
    const steps: string[] = [];
    const { snapshots } = client.collections;
    const taken = await snapshots.take("notes", {
      name: "nightly",
      onProgress: ({ step }) => steps.push(step),
    });
    assert.equal(taken.name, "nightly");
    assert.ok(taken.bytes > 0 && steps.includes("copying") && steps.includes("verifying"));
    const [listed, ...others] = await snapshots.list();
    assert.deepEqual([listed, others], [{ ...taken, collection: "notes", lastSequence: 200 }, []]);
    await client.collections.drop("notes");
    const restored = await snapshots.restore("nightly");
    assert.equal(restored.settings.name, "notes");
    assert.deepEqual(await keysOf(client), documents.map(({ key }) => key).sort());
    await snapshots.delete("nightly");
    await assert.rejects(snapshots.restore("nightly"), { reason: "SNAPSHOT_NOT_FOUND" });
    await assert.rejects(snapshots.take("notes", { name: "../up" }), { reason: "INVALID_FIELD" });
    server.kill("SIGTERM");
    assert.equal(await server.ended, 0);
  });
});

async function keysOf(client: SluiceClient): Promise<string[]> {
  const { documents: found } = await client.list("notes", { pageSize: 1000 });
  return found.map(({ key }) => key).sort();
}

/** What the last step of a job brought. */
async function resultOf<Result>(job: AsyncIterable<{ readonly result?: Result }>): Promise<Result> {
  let result: Result | undefined;
  for await (const step of job) result = step.result;
  if (result === undefined) throw new Error("a job that ended well without a result");
  return result;
}

/** Unfinished work below a data folder. */
function leftovers(folder: string): string[] {
  const snapshots = join(folder, "snapshots");
  const preparing = join(folder, "preparing");
  return [
    ...(existsSync(snapshots) ? readdirSync(snapshots) : []).filter((name) =>
      name.startsWith("unfinished-"),
    ),
    ...(existsSync(preparing) ? readdirSync(preparing) : []),
  ];
}
