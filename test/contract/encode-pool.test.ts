import assert from "node:assert/strict";
import { join } from "node:path";

import { latestSettings } from "../../src/analysis/analyzer.js";
import { createEncodePool } from "../../src/encoding/encode-pool.js";
import type { EncodePool } from "../../src/encoding/encode-pool.js";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import { isSluiceError } from "../../src/core/errors.js";
import type { Document } from "../../src/core/document.js";
import { openModelFolder } from "../../src/encoders/model-folder.js";
import type { OpenedModel } from "../../src/encoders/model-folder.js";
import type { Collection } from "../../src/index/collection.js";
import { closeCollection } from "../../src/index/collection.js";
import { initializeCollection, openCollection } from "../../src/index/stored-collection.js";
import type { PreparedPassage } from "../../src/encoding/prepared-passage.js";
import { openLmdbStore } from "../../src/store/lmdb-store.js";
import { unpackJournalPassage } from "../../src/store/records.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { hasReason } from "../support/errors.js";
import { writeTinyModel } from "../support/model-folders.js";
import { seededDocuments } from "../support/seeded-corpus.js";
import { quietWatch } from "../support/score-pool.js";

describe("createEncodePool", () => {
  const folder = useTemporaryFolder();
  let model: OpenedModel;
  let collection: Collection;
  let pool: EncodePool;
  beforeEach(async () => {
    await writeTinyModel(join(folder(), "tiny"));
    model = await openModelFolder(join(folder(), "tiny"));
    const store = openLmdbStore(join(folder(), "store"));
    await initializeCollection(store, {
      name: "notes",
      dim: 16,
      bits: 2,
      sketchBits: 2,
      ...latestSettings("english"),
      seed: 1,
      modelName: "tiny",
      modelFingerprint: model.fingerprint,
    });
    collection = (await openCollection(store)).view;
    pool = openPool(model);
  });
  afterEach(async () => {
    await pool.close();
    await closeCollection(collection);
  });

  /** One thread: what it takes next is decided by the queue alone. */
  function openPool(of: OpenedModel | undefined): EncodePool {
    return createEncodePool({
      workerUrl: new URL("../../src/encoding/encode.worker.js", import.meta.url),
      watch: quietWatch(),
      workerCount: 1,
      workerData: { kernel: loadKernels().choice, models: [model] },
      modelOf: () => of,
    });
  }

  const query = (
    text: string,
    cancel = new SharedArrayBuffer(4),
  ): ReturnType<EncodePool["encodeQuery"]> =>
    pool.encodeQuery(text, collection.settings, { rowCountMax: 512, cancel });

  it("takes queries before the documents that wait", async () => {
    await pool.warmUp(model);
    const order: string[] = [];
    const note = (name: string) => (): unknown => order.push(name);
    const documents = Array.from({ length: 6 }, (_, i) =>
      pool.prepare(textDocument(`document ${i}`), collection).then(note("document")),
    );
    const queries = [1, 2].map((i) => query(`query ${i}`).then(note("query")));
    assert.ok(pool.stats().documents.queuedTasks > 0);
    await Promise.all([...documents, ...queries]);
    // One document may have been at work already.
    const place = order.indexOf("query");
    assert.ok(place <= 1, order.join());
    assert.equal(order[place + 1], "query");
  });

  it("splits long documents into passages that cover the text", async () => {
    const text = Array.from({ length: 60 }, (_, i) => `Sentence number ${i} is here.`).join(" ");
    const passages = await pool.prepare(textDocument(text), collection);
    assert.ok(passages.length > 2);
    assert.equal(passages[0]?.span.start, 0);
    assert.equal(passages.at(-1)?.span.end, text.length);
    for (const { tokenCount: rowCount, codes, sketch } of passages) {
      assert.equal(codes.length, rowCount * 4);
      assert.equal(sketch.length, 4);
    }
  });

  it("does not begin with a query whose caller has gone", async () => {
    const cancel = new SharedArrayBuffer(4);
    new Int32Array(cancel)[0] = 1;
    await assert.rejects(query("words", cancel), hasReason("CANCELLED"));
  });

  it("tells what is wrong with a document by its reason, and takes the next one", async () => {
    const [given] = seededDocuments({ seed: 1, count: 1, dim: 16 });
    const { vectors } = given!;
    const prepare = (
      change: Partial<NonNullable<typeof vectors>>,
    ): ReturnType<EncodePool["prepare"]> =>
      pool.prepare({ ...given!, vectors: { ...vectors!, ...change } }, collection);
    await assert.rejects(prepare({ dim: 32 }), hasReason("VECTORS_OF_OTHER_MODEL", /dim 32/));
    const empty = prepare({ bytes: new Uint8Array() });
    await assert.rejects(empty, hasReason("INVALID_VECTORS"));
    const other = prepare({ modelFingerprint: "0".repeat(64) });
    await assert.rejects(other, hasReason("VECTORS_OF_OTHER_MODEL", new RegExp(model.fingerprint)));
    assert.equal((await prepare({ modelFingerprint: model.fingerprint })).length, 1);
    assert.equal((await prepare({})).length, 1);
  });

  it("prepares many documents with vectors as it does each alone, and refuses only the wrong one", async () => {
    const documents = seededDocuments({ seed: 7, count: 50, dim: 16 });
    const alone: (readonly PreparedPassage[])[] = [];
    for (const document of documents) alone.push(await pool.prepare(document, collection));
    const notFinite = new Uint8Array(Float32Array.from({ length: 32 }, (_, i) => 1 / i).buffer);
    const wrong = { ...documents[0]!, vectors: { ...documents[0]!.vectors!, bytes: notFinite } };
    const given = [...documents.slice(0, 20), wrong, ...documents.slice(20)];
    const together = await Promise.allSettled(given.map((one) => pool.prepare(one, collection)));
    const [refused] = together.splice(20, 1);
    assert.ok(refused?.status === "rejected");
    assert.ok(isSluiceError(refused.reason));
    assert.equal(refused.reason.field, "vectors.bytes");
    assert.match(refused.reason.message, /row 0 has the value Infinity at coordinate 0/);
    const passages = together.map((one) => (one.status === "fulfilled" ? one.value : []));
    assert.deepEqual(passages, alone);
  });

  it("packs a passage for the journal as the store would", async () => {
    const [given] = seededDocuments({ seed: 8, count: 1, dim: 16 });
    const [passage] = await pool.prepare(given!, collection);
    const { terms, packed, span, tokenCount, codes, sketch } = passage!;
    const parts = { key: given!.key, passageNumber: 0, span, tokenCount, codes, sketch, ...terms };
    assert.deepEqual(unpackJournalPassage(Buffer.from(packed!), "passage"), parts);
  });

  it("takes a document that is larger than the memory kept for batches", async () => {
    const rows = new Float32Array(70_000 * 16).fill(0.25);
    const bytes = new Uint8Array(rows.buffer);
    const [given] = seededDocuments({ seed: 9, count: 1, dim: 16 });
    const large = { ...given!, vectors: { ...given!.vectors!, bytes } };
    const all = [given!, large, given!].map((one) => pool.prepare(one, collection));
    await assert.rejects(all[1]!, hasReason("LIMIT_EXCEEDED", /70000 token rows/));
    assert.deepEqual(await all[0], await all[2]);
  });

  it("needs the model for text only", async () => {
    const without = openPool(undefined);
    const text = without.prepare(textDocument("words"), collection);
    await assert.rejects(text, hasReason("MODEL_REQUIRED", /"notes" needs model "tiny"/));
    const [given] = seededDocuments({ seed: 1, count: 1, dim: 16 });
    assert.equal((await without.prepare(given!, collection)).length, 1);
    await without.close();
  });

  it("finishes what is under way when it is closed", async () => {
    const queries = Array.from({ length: 8 }, (_, i) => query(`query ${i}`));
    await pool.close();
    for (const { tokens } of await Promise.all(queries)) assert.ok(tokens.rowCount > 2);
  });
});

function textDocument(text: string): Document {
  return { key: "key", title: "", text, fields: new Map() };
}
