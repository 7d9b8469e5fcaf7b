// Readers that are slow, and readers that vanish.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

import type { SluiceClient } from "../../src/client/client.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { writeTinyModel } from "../support/model-folders.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";
import { checked } from "../../src/client/stream-contract.js";

const dim = 64;
const documents = seededDocuments({ seed: 91, count: 1500, dim });
const queries = seededQueries({ seed: 91, count: 20, dim });
const request = { collection: "notes", k: 200, minUpdateIntervalMs: 0, exhaustive: true } as const;

describe("a server's readers", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  async function start(): Promise<ServerProcess> {
    const models = join(folder(), "models");
    mkdirSync(models);
    await writeTinyModel(join(models, "tiny"));
    const flags = [
      ...["--models-folder", models, "--default-model", "tiny"],
      ...["--limits-searches-max", "8", "--search-batch-passages", "64"],
    ];
    const server = await startServerProcess({ data: join(folder(), "data"), flags });
    await server.client.collections.create({ name: "notes", dim });
    await server.client.ingest("notes", documents);
    return server;
  }

  it("may be slow: the last update is whole and the same", async () => {
    const server = await start();
    const { client } = server;
    const expected = await client.searchFinal({ ...request, ...queries[0]! });
    const slow = checked(client.search({ ...request, ...queries[0]! }), { k: 200 });
    let last = (await slow.next()).value;
    // Much happens between two of its reads.
    for (const query of queries.slice(1)) await client.searchFinal({ ...request, ...query });
    for await (const update of slow) last = update;
    assert.deepEqual(last?.hits, expected.hits);
    assert.equal(last?.final, true);
    await stopServer(server);
  });

  it("may vanish at any update, many times over, and take nothing with them", async () => {
    const server = await start();
    const { client, url } = server;
    // More of them than may search at a time: each must have been let go of.
    for (let round = 0; round < 6; round += 1)
      await Promise.all(
        queries.slice(0, 8).map((query, i) => leaveAfter(client, { query, count: i % 4 })),
      );
    await Promise.all([1, 2, 3].map(() => dropConnection(url)));
    await untilNoneRuns(client);
    const final = await client.searchFinal({ ...request, ...queries[1]! });
    assert.equal(final.certificate, "exact");
    const { documentCount } = await client.collections.describe("notes");
    assert.equal(documentCount, documents.length);
    await stopServer(server);
  });

  async function leaveAfter(
    client: SluiceClient,
    { query, count }: { query: (typeof queries)[0]; count: number },
  ): Promise<void> {
    const controller = new AbortController();
    const stream = client.search({ ...request, ...query }, { signal: controller.signal });
    const reading = (async () => {
      for (let i = 0; i < count; i += 1) if ((await stream.next()).done === true) return;
      controller.abort();
      await stream.next();
    })();
    // Being refused for lack of room is an answer too.
    await reading.catch(() => undefined);
    await stream.return(undefined);
  }

  /** Sends a request for events and is gone before they come. */
  function dropConnection(url: string): Promise<void> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        const path = "/v1/search?collection=notes&q=ka&k=200&exhaustive=true";
        socket.write(`GET ${path} HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`, () => {
          socket.resetAndDestroy();
          resolve();
        });
      });
      socket.on("error", reject);
    });
  }

  /** A full house of searches is admitted once those that were left are let go of. */
  async function untilNoneRuns(client: SluiceClient): Promise<void> {
    const all = queries.slice(0, 8).map((query) => client.searchFinal({ ...request, ...query }));
    for (const { certificate } of await Promise.all(all)) assert.equal(certificate, "exact");
  }
});
