// The whole engine with its threads.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { composeEngine } from "../../src/app/compose.js";
import type { ComposedEngine } from "../../src/app/compose.js";
import type { EngineOptions } from "../../src/app/engine-options.js";
import type { Document } from "../../src/core/document.js";
import { openDataFolder } from "../../src/store/data-folder.js";
import { collectionLimits } from "../support/collections.js";
import { damageWhere, onlyCollectionFolder } from "../support/damage.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { hasReason } from "../support/errors.js";
import { searchDefaults, searchRequest } from "../support/inline-engine.js";
import { writeTinyModel } from "../support/model-folders.js";
import { createNotes, finalOf, putAll, searchNotes } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { openLmdbStore } from "../../src/store/lmdb-store.js";

const dim = 64;
const documents = seededDocuments({ seed: 111, count: 100, dim });
const [query] = seededQueries({ seed: 111, count: 1, dim });

describe("composeEngine", () => {
  const folder = useTemporaryFolder();
  let engine: ComposedEngine | undefined;
  beforeEach(async () => {
    mkdirSync(join(folder(), "models"));
    await writeTinyModel(join(folder(), "models", "tiny"));
  });
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
  });

  async function open(options: Partial<EngineOptions> = {}): Promise<ComposedEngine> {
    engine = await composeEngine({
      dataFolder: join(folder(), "data"),
      modelsFolder: join(folder(), "models"),
      defaultModel: "tiny",
      kernel: undefined,
      scoringWorkers: 2,
      encodingWorkers: 1,
      search: searchDefaults,
      flushBytes: 4000,
      rowCacheBytes: 0,
      answerCacheBytes: 0,
      pairCacheBytes: 0,
      searchesAtWork: 0,
      searchesMax: 4,
      collections: collectionLimits,
      ...options,
    });
    return engine;
  }

  it("encodes, stores, searches and finds it all again", async () => {
    const { api, budget } = await open();
    assert.deepEqual(budget, { scoringWorkers: 2, encodingWorkers: 1 });
    await api.createCollection({ name: "notes", ifNotExists: false });
    const texts = ["a river", "two rivers and a lake", "nothing wet"].map((text, i): Document => {
      return { key: `text ${i}`, title: "", text, fields: new Map() };
    });
    await putAll(api, texts);
    const before = await finalOf(api, { text: "river" });
    assert.equal(before.certificate, "exact");
    assert.equal(before.hits.length, 3);
    await engine?.close();
    const again = await open();
    assert.deepEqual((await finalOf(again.api, { text: "river" })).hits, before.hits);
  });

  it("cancels searches whose caller leaves, and runs as many as before", async () => {
    const { api, sources } = await open({
      search: { ...searchDefaults, minUpdateIntervalMs: 0, batchPassages: 4 },
    });
    await createNotes(api, { dim });
    await putAll(api, documents);
    for (let round = 0; round < 10; round += 1) {
      const controllers = Array.from({ length: 4 }, () => new AbortController());
      const streams = controllers.map(({ signal }) =>
        api.search(searchRequest(query!), { signal }),
      );
      await Promise.all(streams.map((stream) => stream.next()));
      for (const controller of controllers) controller.abort(new Error("gone"));
      for (const stream of streams) await assert.rejects(readAll(stream), /gone/);
    }
    assert.equal((await searchNotes(api, query!)).at(-1)?.certificate, "exact");
    for (const { queuedTasks } of Object.values(sources.workers())) assert.equal(queuedTasks, 0);
  });

  it("lets go of the folder and its threads when it cannot start", async () => {
    writeFileSync(join(folder(), "models", "tiny", "model.onnx"), "damaged");
    await assert.rejects(open(), hasReason("MODEL_INVALID", /model\.onnx/));
    await assert.rejects(
      open({ defaultModel: "none" }),
      hasReason("MODEL_NOT_FOUND", /there are /),
    );
    openDataFolder(join(folder(), "data")).close();
  });

  it("refuses a folder that is held", async () => {
    await open();
    const held = engine;
    await assert.rejects(open(), hasReason("DATA_FOLDER_LOCKED", new RegExp(`${process.pid}`)));
    engine = held;
  });

  it("tells of damaged segments at start", async () => {
    const { api } = await open();
    await createNotes(api, { dim });
    await putAll(api, documents);
    await engine?.close();
    engine = undefined;
    const store = openLmdbStore(onlyCollectionFolder(join(folder(), "data")));
    const codes = new Uint8Array(store.readCodes(1, "codes")).slice(0, 40);
    await store.close();
    damageWhere(join(folder(), "data"), codes);
    const { notes } = await open();
    assert.match(notes.join("\n"), /segment 1.*damaged/);
  });

  it("is no longer ready once it is told to stop", async () => {
    const composed = await open();
    await createNotes(composed.api, { dim });
    assert.deepEqual(composed.api.readiness(), { isReady: true, reasons: [], findings: [] });
    composed.refuse();
    const { isReady, reasons } = composed.api.readiness();
    assert.deepEqual({ isReady, reasons }, { isReady: false, reasons: ["the server is stopping"] });
  });
});

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const update of stream) assert.ok(update);
}
