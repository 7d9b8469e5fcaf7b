// Clients and servers of the released version and of this one, with each other.

import assert from "node:assert/strict";

import { useTemporaryFolder } from "../support/each-test-folder.js";
import { createReleasedClient, startReleasedServer } from "../support/released-version.js";
import { createClient } from "../../src/client/client.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";

const rivers = [
  { key: "rhine", title: "Rhine", text: "The Rhine flows into the North Sea." },
  { key: "volga", title: "Volga", text: "The Volga flows into the Caspian Sea." },
];

describe("the released version", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();
  const open: { close(): void }[] = [];
  afterEach(() => {
    for (const one of open.splice(0)) one.close();
  });

  it("of a client works with this server", async () => {
    const server = await startServerProcess({ data: folder() });
    const client = createReleasedClient(server.address);
    open.push(client);
    await client.call("sluice.v1.CollectionService/Create", { name: "rivers" });
    const answers = await client.call(
      "sluice.v1.DocumentService/Ingest",
      ...rivers.map((document, i) => ({
        collection: "rivers",
        items: [{ client_sequence: i + 1, document }],
      })),
    );
    assert.equal(answers.at(-1)?.["answered_through"], "2");
    const updates = await client.call("sluice.v1.SearchService/Search", {
      collection: "rivers",
      query: { text: "what flows into the Caspian" },
    });
    const last = updates.at(-1)?.["update"] as { final: boolean; hits: { key: string }[] };
    assert.equal(last.final, true);
    assert.equal(last.hits[0]?.key, "volga");
    const named = { collection: "rivers", keys: ["volga"] };
    const [deleted] = await client.call("sluice.v1.DocumentService/Delete", named);
    assert.ok(deleted);
    await assert.rejects(
      client.call("sluice.v1.SearchService/Search", { collection: "lakes", query: { text: "a" } }),
      /lakes/,
    );
    await stopServer(server);
  });

  it("of a server works with this client", async () => {
    const server = await startServerProcess({ data: folder() });
    const released = await startReleasedServer(server.address);
    const client = createClient({ address: released.address });
    open.push(released, client);
    await client.collections.create({ name: "rivers" });
    const { acknowledgedCount, lastSequence } = await client.ingest("rivers", rivers);
    assert.equal(acknowledgedCount, rivers.length);
    const request = { collection: "rivers", text: "Caspian", minSequence: lastSequence };
    const { hits } = await client.searchFinal(request);
    assert.equal(hits[0]?.key, "volga");
    assert.ok((await client.explain({ ...request, key: "volga" })).matches.length > 0);
    const { documents } = await client.get("rivers", ["rhine"]);
    assert.equal(documents[0]?.title, "Rhine");
    await assert.rejects(client.searchFinal({ collection: "lakes", text: "a" }), {
      reason: "COLLECTION_NOT_FOUND",
      retryable: false,
    });
    await client.collections.drop("rivers");
    assert.deepEqual(await client.collections.list(), []);
    await stopServer(server);
  });
});
