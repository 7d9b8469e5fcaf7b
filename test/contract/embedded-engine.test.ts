// The engine in the caller's process: the same answers as a server, and nothing left after close.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ClientIngestError } from "../../src/client/types.js";
import type { SluiceClient } from "../../src/client/client.js";
import type { DocumentToWrite } from "../../src/contract/documents.js";
import type { SearchUpdate } from "../../src/contract/search-update.js";
import { fieldsFromJson } from "../../src/core/fields-from-json.js";
import { parseFilter } from "../../src/core/parse-filter.js";
import { openEngine } from "../../src/embedded/engine.js";
import type { SluiceEngine } from "../../src/embedded/types.js";
import { hasReason } from "../support/errors.js";
import { startServerProcess, stopServer } from "../support/server-process.js";

const rivers: readonly DocumentToWrite[] = [
  {
    key: "rhine",
    text: "The Rhine flows into the North Sea.",
    fields: fieldsFromJson({ km: 1230 }),
  },
  {
    key: "volga",
    title: "Volga",
    text: "It flows into the Caspian Sea.",
    fields: fieldsFromJson({ km: 3530 }),
  },
  { key: "po", text: "The Po flows into the Adriatic Sea." },
];
const request = { collection: "rivers", text: "which sea does the Volga reach" };
const options = { scoringWorkers: 1, encodingWorkers: 1 };

describe("an engine in process", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-test-"));
  let engine: SluiceEngine;

  before(async () => {
    engine = await openEngine(folder, { options });
    await engine.collections.create({ name: "rivers" });
  });

  after(async () => {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("writes documents, and reports those that it rejects", async () => {
    const errors: ClientIngestError[] = [];
    const documents = [...rivers, { key: "nothing" }, { key: "po", text: "Again." }];
    const onError = (error: ClientIngestError): number => errors.push(error);
    const summary = await engine.ingest("rivers", documents, { onError });
    assert.deepEqual([summary.acknowledgedCount, summary.failedCount], [3, 2]);
    const faults = errors.map(({ clientSequence, key, reason }) => [clientSequence, key, reason]);
    assert.deepEqual(faults.sort(), [
      [4, "nothing", "INVALID_TEXT"],
      [5, "po", "DUPLICATE_KEY"],
    ]);
    assert.equal((await engine.collections.describe("rivers")).documentCount, 3);
  });

  it("streams rankings up to a final one, filtered where that is wanted", async () => {
    const updates: SearchUpdate[] = [];
    for await (const update of engine.search(request)) updates.push(update);
    assert.equal(updates.at(-1)?.final, true);
    assert.equal(updates.at(-1)?.hits[0]?.key, "volga");
    const filter = parseFilter("km < 2000");
    const { hits } = await engine.searchFinal({ ...request, filter });
    assert.deepEqual(
      hits.map(({ key }) => key),
      ["rhine"],
    );
    const explained = await engine.explain({ ...request, key: "volga" });
    assert.ok(explained.score > 0);
  });

  it("rejects what a server rejects, with the same reasons", async () => {
    const { collections } = engine;
    await assert.rejects(engine.searchFinal({ ...request, k: 0 }), hasReason("INVALID_FIELD"));
    await assert.rejects(
      engine.searchFinal({ ...request, collection: "lakes" }),
      hasReason("COLLECTION_NOT_FOUND"),
    );
    await assert.rejects(engine.get("rivers", []), hasReason("INVALID_FIELD"));
    await assert.rejects(engine.ingest("lakes", []), hasReason("COLLECTION_NOT_FOUND"));
    await assert.rejects(collections.create({ name: "a/b" }), hasReason("INVALID_FIELD"));
    await assert.rejects(openEngine(folder), hasReason("DATA_FOLDER_LOCKED"));
    await assert.rejects(
      openEngine(folder, { options: { "search.lexicalWeigth": 1 } }),
      hasReason("INVALID_CONFIG", /lexicalWeight/),
    );
  });

  it("ends calls whose signal aborts, or whose deadline passes", async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(engine.searchFinal(request, { signal }), hasReason("CANCELLED"));
    const aborted = new AbortController();
    const updates = engine.search({ ...request, text: "a sea" }, { signal: aborted.signal });
    await updates.next();
    aborted.abort();
    await assert.rejects(updates.next(), hasReason("CANCELLED"));
    async function* endless(): AsyncGenerator<DocumentToWrite, void, void> {
      for (let i = 0; ; i += 1) yield await Promise.resolve({ key: `k${i}`, text: "" });
    }
    const deadlineMs = 20;
    const ingest = engine.ingest("rivers", endless(), { deadlineMs });
    await assert.rejects(ingest, hasReason("DEADLINE_EXCEEDED"));
  });

  it("passes on the error of a callback", async () => {
    const fault = new Error("of the caller");
    const ingest = engine.ingest("rivers", rivers, {
      onAck() {
        throw fault;
      },
    });
    await assert.rejects(ingest, (error) => error === fault);
  });

  it("answers as a server does that has the folder, and takes a program written for its client", async () => {
    const here = await readingsOf(engine);
    const unread = engine.search(request);
    await unread.next();
    await engine.close();
    await assert.rejects(unread.next(), hasReason("NOT_READY"));
    await assert.rejects(engine.searchFinal(request), hasReason("NOT_READY"));
    const server = await startServerProcess({ data: folder });
    assert.deepEqual(await readingsOf(server.client), here);
    await stopServer(server);
    engine = await openEngine(folder, { options });
    assert.deepEqual(await readingsOf(engine), here);
    assert.equal((await engine.delete("rivers", ["po"])).deletedCount, 1);
    assert.equal((await engine.deleteWhere("rivers", parseFilter("km > 0"))).deletedCount, 2);
    await engine.collections.drop("rivers");
    assert.deepEqual(await engine.collections.list(), []);
  });
});

/** What a program may read from either. */
async function readingsOf(
  from: Pick<SluiceClient, "searchFinal" | "rerankFinal" | "get" | "list"> & {
    readonly collections: Pick<SluiceClient["collections"], "list">;
  },
): Promise<unknown[]> {
  const { certificate, coverage, hits } = await from.searchFinal(request);
  const items = rivers.map(({ text = "" }) => ({ text }));
  const ranked = await from.rerankFinal({ text: request.text, items });
  const [collection] = await from.collections.list();
  return [
    certificate,
    coverage,
    hits.map(({ key, score, parts, span, payload }) => [key, score, parts, span, payload?.text]),
    ranked.hits,
    await from.get("rivers", ["po", "none"]),
    await from.list("rivers", { pageSize: 2 }),
    collection?.settings,
  ];
}
