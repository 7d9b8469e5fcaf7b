// `optimize` in full gives free space back to the disk, and nothing that was acknowledged is lost.

import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { OptimizeJobProgress } from "../../src/engine/api.js";
import type { EngineApi } from "../../src/engine/api.js";
import type { Document } from "../../src/core/document.js";
import { parseFilter } from "../../src/core/parse-filter.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { eventually } from "../support/eventually.js";
import { openInlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const dim = 16;
/** A few kilobytes of text that does not compress. */
function largeDocuments(count: number, seed: number): Document[] {
  return seededDocuments({ seed, count, dim }).map((document, i) => ({
    ...document,
    text: Array.from({ length: 150 }, (_, j) =>
      ((i * 7919 + j * 104_729) % 999_983).toString(36),
    ).join(" "),
    fields: new Map([["number", { kind: "integer", value: BigInt(i) }]]),
  }));
}

/** Writes the documents and deletes all but the first 20. */
async function writeAndDelete(api: EngineApi, documents: readonly Document[]): Promise<void> {
  await createNotes(api, { dim });
  await putAll(api, documents, 64);
  const { signal } = new AbortController();
  await api.deleteWhere("notes", parseFilter("number >= 20"), { signal });
}

async function optimizeFull(api: EngineApi): Promise<OptimizeJobProgress["result"]> {
  const { signal } = new AbortController();
  let last: OptimizeJobProgress | undefined;
  for await (const progress of api.optimize("notes", { isFull: true, signal })) last = progress;
  return last?.result;
}

async function keysOf(api: EngineApi): Promise<string[]> {
  const keys: string[] = [];
  const { signal } = new AbortController();
  for await (const { documents } of api.exportDocuments({ collection: "notes" }, { signal }))
    keys.push(...documents.map(({ key }) => key));
  return keys;
}

describe("a collection that is optimized in full", () => {
  const folder = useTemporaryFolder();
  const documents = largeDocuments(200, 71);
  const [query] = seededQueries({ seed: 71, count: 1, dim });

  it("gives the space of deleted documents back to the disk, and answers as before", async () => {
    const engine = await openInlineEngine(folder(), { flushBytes: 20_000 });
    try {
      await writeAndDelete(engine.api, documents);
      const event = { queryText: "q", key: documents[0]!.key, rank: 1, kind: "click" } as const;
      const more = { dwellMs: 0, generation: 0, eventId: "once" };
      await engine.api.sendFeedback("notes", { ...event, ...more });
      const before = await finalOf(engine.api, { ...query!, k: 100 });
      const result = await optimizeFull(engine.api);
      assert.ok(result !== undefined);
      assert.ok(result.bytesAfter < result.bytesBefore / 3, JSON.stringify(result));
      assert.equal(engine.api.describeCollection("notes").diskBytes, result.bytesAfter);
      const after = await finalOf(engine.api, { ...query!, k: 100 });
      assert.deepEqual(after.hits, before.hits);
      const again = await engine.api.sendFeedback("notes", { ...event, ...more });
      assert.equal(again.isRepeated, true);
      await putAll(engine.api, documents.slice(20, 40));
      assert.equal((await keysOf(engine.api)).length, 40);
      assert.deepEqual(readdirSync(join(folder(), "preparing")), []);
      const idle = await optimizeFull(engine.api);
      assert.ok(idle !== undefined && idle.bytesAfter <= 2 * result.bytesAfter);
    } finally {
      await engine.close();
    }
    const reopened = await openInlineEngine(folder());
    try {
      assert.equal((await keysOf(reopened.api)).length, 40);
    } finally {
      await reopened.close();
    }
  });

  it("lets searches and writes wait, and loses and refuses none of them", async () => {
    const engine = await openInlineEngine(folder(), { flushBytes: 20_000 });
    try {
      await writeAndDelete(engine.api, documents);
      let isOver = false;
      const optimizing = optimizeFull(engine.api).finally(() => (isOver = true));
      const written: string[] = [];
      const write = async (): Promise<void> => {
        for (let i = 50; i < documents.length && !isOver; i += 1) {
          const { key } = await engine.api.put("notes", documents[i]!);
          written.push(key);
          await finalOf(engine.api, { ...query!, k: 5 });
        }
      };
      await Promise.all([optimizing, write()]);
      assert.ok((await optimizing) !== undefined);
      const keys = new Set(await keysOf(engine.api));
      assert.ok(written.length > 0);
      for (const key of written) assert.ok(keys.has(key), key);
    } finally {
      await engine.close();
    }
  });

  it("lets a second one wait for the first, and writes survive both", async () => {
    const engine = await openInlineEngine(folder(), { flushBytes: 20_000 });
    try {
      await writeAndDelete(engine.api, documents);
      const both = await Promise.allSettled([
        optimizeFull(engine.api),
        optimizeFull(engine.api),
        putAll(engine.api, documents.slice(20, 60)),
      ]);
      // The second finds a collection that the first has closed, unless a write has opened it.
      for (const one of both)
        if (one.status === "rejected") assert.match(String(one.reason), /in use all the time/);
      assert.equal(both[2].status, "fulfilled");
      assert.equal((await keysOf(engine.api)).length, 60);
    } finally {
      await engine.close();
    }
  });

  it("says that it stays in use, and leaves the file as it is", async () => {
    const engine = await openInlineEngine(folder(), { flushBytes: 20_000 });
    try {
      await writeAndDelete(engine.api, documents);
      const use = await engine.collections.acquire("notes");
      await assert.rejects(optimizeFull(engine.api), /in use all the time/);
      use.release();
      assert.equal((await keysOf(engine.api)).length, 20);
      assert.ok((await optimizeFull(engine.api)) !== undefined);
    } finally {
      await engine.close();
    }
  });
});

describe("a server that is killed while it gives space back", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();
  const preparing = (): string => join(folder(), "preparing");
  const prepared = (): string[] =>
    existsSync(preparing()) ? readdirSync(preparing()).map((id) => join(preparing(), id)) : [];

  /** What there is when the server is killed. */
  const moments: Readonly<Record<string, () => void>> = {
    "the space is about to be given back": () => undefined,
    "the copy has begun": () => assert.ok(prepared().length > 0),
    "the copy has bytes": () => {
      const sizes = prepared().map((path) => statSync(join(path, "data.mdb")).size);
      assert.ok(sizes.some((size) => size > 0));
    },
  };

  it("has all that was acknowledged, and leaves no copy behind", async () => {
    const documents = largeDocuments(400, 72);
    const acknowledged = new Set<string>();
    let server: ServerProcess | undefined;
    for (const [i, [moment, isReached]] of Object.entries(moments).entries()) {
      server = await startServerProcess({ data: folder() });
      const { client } = server;
      await client.collections.create({ name: "notes", dim, ifNotExists: true });
      await client.ingest("notes", documents.slice(0, 300));
      await client.ingest("notes", documents.slice(300 + 10 * i, 310 + 10 * i));
      for (const { key } of documents.slice(300 + 10 * i, 310 + 10 * i)) acknowledged.add(key);
      const { deletedCount } = await client.deleteWhere("notes", parseFilter("number < 300"));
      assert.equal(deletedCount, 300, moment);
      const job = client.collections.optimize("notes", { full: true });
      const begun = new Promise<void>((resolve) => {
        const follow = async (): Promise<void> => {
          for await (const { step } of job) if (step === "giving space back") resolve();
        };
        follow().catch(() => resolve());
      });
      await begun;
      // A copy that is faster than this look is killed after its end.
      await eventually(isReached, 2_000).catch(() => undefined);
      server.kill("SIGKILL");
      await server.ended;
    }
    server = await startServerProcess({ data: folder() });
    const keys: string[] = [];
    for await (const batch of server.client.exportDocuments({ collection: "notes" }))
      keys.push(...batch.documents.map(({ key }) => key));
    assert.deepEqual(new Set(keys), acknowledged);
    // A folder without the mark that it gets at once is reported at a start, and never deleted.
    for (const path of prepared()) assert.deepEqual(readdirSync(path), []);
    await stopServer(server);
  });
});
