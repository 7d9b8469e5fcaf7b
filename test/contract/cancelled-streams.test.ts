// Thousands of searches that nobody waits for.

import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { openAccess } from "../../src/access/access.js";
import { createClient } from "../../src/client/client.js";
import type { SluiceClient } from "../../src/client/client.js";
import { createPrng } from "../../src/core/prng.js";
import { startRpcServer } from "../../src/rpc/server.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 16;
const documents = seededDocuments({ seed: 83, count: 120, dim });
const queries = seededQueries({ seed: 83, count: 20, dim });
const streamCount = 3_000;
const atOnce = 40;
const clientCount = 20;
/** Of heap, after all those streams, under coverage too: one that stays open holds 50 KiB by itself. */
const heapGrowthMax = 8 * 1024 * 1024;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

describe("cancelled searches", () => {
  const folder = useTemporaryFolder();

  it("leave nothing behind: no handle, no memory, no generation, no turn", async () => {
    const search = { ...searchDefaults, minUpdateIntervalMs: 0, batchPassages: 20 };
    const engine = await openInlineEngine(folder(), { flushBytes: 2_000, search });
    await createNotes(engine.api, { dim });
    await putAll(engine.api, documents);
    const ignore = (): void => undefined;
    const server = await startRpcServer({
      access: openAccess(engine.api),
      logger: { error: ignore, warn: ignore },
      nowMs: Date.now,
      clock: () => performance.now(),
      host: "127.0.0.1",
      port: 0,
    });
    server.setReady(true);
    const address = `127.0.0.1:${server.port}`;
    // Each has a connection of its own, and HTTP/2 takes so many resets of one and no more.
    const clients = Array.from({ length: clientCount }, () =>
      createClient({ address, nowMs: Date.now, random: () => 0.5 }),
    );
    const { collection } = engine.collections.opened("notes")!;
    const expected = await finalOf(engine.api, { ...queries[0]!, k: 20 });
    const prng = createPrng(84);
    // Everything that is made once is there before it is counted.
    await cancelMany(clients, 500, prng.nextFloat);
    const before = await measure();
    await cancelMany(clients, streamCount, prng.nextFloat);
    // A write makes a new generation: the one before it goes if nobody holds it.
    await putAll(engine.api, documents.slice(0, 1));
    assert.equal(collection.held.size, 1);
    assert.equal(engine.collections.opened("notes")!.searches.size, 0);
    const after = await measure();
    assert.deepEqual(after.handles, before.handles);
    const growth = after.heap - before.heap;
    assert.ok(growth < heapGrowthMax, `the heap grew by ${growth} bytes`);
    const { hits } = await finalOf(engine.api, { ...queries[0]!, k: 20 });
    assert.deepEqual(
      hits.map(({ key }) => key),
      expected.hits.map(({ key }) => key),
    );
    for (const client of clients) client.close();
    await server.stop(1000);
    await engine.close();
  });
});

async function cancelMany(
  clients: readonly SluiceClient[],
  count: number,
  chance: () => number,
): Promise<void> {
  for (let start = 0; start < count; start += atOnce)
    await Promise.all(
      Array.from({ length: Math.min(atOnce, count - start) }, (_, i) =>
        cancelOne(clients[(start + i) % clients.length]!, start + i, chance()),
      ),
    );
}

/** Leaves at once, after some turns of the event loop, or after the first update. */
async function cancelOne(client: SluiceClient, query: number, chance: number): Promise<void> {
  const controller = new AbortController();
  const asked = queries[query % queries.length]!;
  const request = { collection: "notes", ...asked, k: 20, exhaustive: true };
  const updates = client.search(request, { signal: controller.signal });
  if (chance < 0.3) {
    const first = updates.next();
    controller.abort();
    await first.catch(() => undefined);
  } else if (chance < 0.6) {
    const first = updates.next();
    for (let turn = 0; turn < 10 * chance; turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await first.catch(() => undefined);
  } else await updates.next();
  await updates.return(undefined);
}

async function measure(): Promise<{ readonly handles: string[]; readonly heap: number }> {
  // What ended a moment ago is still being let go of.
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  const handles = process
    .getActiveResourcesInfo()
    .filter((kind) => !/Timeout|Immediate/.test(kind));
  return { handles: handles.sort(), heap: process.memoryUsage().heapUsed };
}
