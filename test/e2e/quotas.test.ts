// Quotas of a real server: documents and bytes of server, collection and key, and a disk that is
// nearly full.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKey } from "../../src/access/manage-keys.js";
import type { NewKey } from "../../src/access/manage-keys.js";
import { createClient } from "../../src/client/client.js";
import type { SluiceClient } from "../../src/client/client.js";
import { createPrng } from "../../src/core/prng.js";
import { seededDocuments } from "../support/seeded-corpus.js";
import { startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const exceeded = { reason: "QUOTA_EXCEEDED", retryable: false };
const dim = 16;
const [{ vectors } = { vectors: undefined }] = seededDocuments({ seed: 5, count: 1, dim });

describe("quotas", () => {
  let folder: string;
  let server: ServerProcess;
  let keys: Readonly<Record<"operator" | "team" | "big", string>>;
  const clients: SluiceClient[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sluice-quotas-"));
    keys = {
      operator: await newKey(folder, { name: "operator", scopes: ["admin:*"] }),
      team: await newKey(folder, {
        name: "team",
        scopes: ["admin:team-*"],
        quota: { documentsMax: 2, collectionsMax: 2 },
      }),
      big: await newKey(folder, {
        name: "big",
        scopes: ["admin:big"],
        quota: { bytesMax: 256 * 1024 },
      }),
    };
    server = await start(
      ...["--quotas-collection-documents-max", "3", "--quotas-server-documents-max", "9"],
    );
  });
  after(async () => {
    for (const client of clients) client.close();
    await stopServer(server);
    rmSync(folder, { recursive: true });
  });

  const start = (...flags: string[]): Promise<ServerProcess> =>
    startServerProcess({ data: folder, flags, apiKey: keys.operator });

  /** A client with another key. */
  function clientWith(apiKey: string): SluiceClient {
    const { address } = server;
    const client = createClient({ address, apiKey, nowMs: Date.now, random: () => 0.5 });
    clients.push(client);
    return client;
  }

  it("bound the documents of a collection; what is replaced does not count", async () => {
    const { client } = server;
    await client.collections.create({ name: "a", dim });
    const outcomes = await write(client, "a", ["1", "2", "3", "4", "5"]);
    assert.deepEqual(outcomes, ["ok", "ok", "ok", "QUOTA_EXCEEDED", "QUOTA_EXCEEDED"]);
    assert.deepEqual(await write(client, "a", ["1", "2"]), ["ok", "ok"]);
    await client.delete("a", ["1"]);
    assert.deepEqual(await write(client, "a", ["6", "7"]), ["ok", "QUOTA_EXCEEDED"]);
    assert.equal((await client.collections.describe("a")).documentCount, 3);
  });

  it("of a key are over the collections that it may write", async () => {
    const { client } = server;
    const team = clientWith(keys.team);
    await team.collections.create({ name: "team-a", dim });
    await team.collections.create({ name: "team-b", dim });
    await assert.rejects(team.collections.create({ name: "team-c", dim }), exceeded);
    await team.collections.create({ name: "team-a", dim, ifNotExists: true });
    assert.deepEqual(await write(team, "team-a", ["1", "2"]), ["ok", "ok"]);
    assert.deepEqual(await write(team, "team-b", ["1"]), ["QUOTA_EXCEEDED"]);
    // Another key has no such quota.
    assert.deepEqual(await write(client, "team-b", ["1"]), ["ok"]);
  });

  it("bound the bytes on disk, and reads go on", async () => {
    const big = clientWith(keys.big);
    await big.collections.create({ name: "big", dim });
    // Texts are compressed on disk, these words hardly.
    const prng = createPrng(7);
    const words = Array.from({ length: 60_000 }, () => prng.nextUint32().toString(36));
    const text = words.join(" ");
    assert.deepEqual(await write(big, "big", ["1"], text), ["ok"]);
    assert.deepEqual(await write(big, "big", ["1"], text), ["QUOTA_EXCEEDED"]);
    assert.deepEqual(await write(big, "big", ["2"]), ["QUOTA_EXCEEDED"]);
    const { documents } = await big.get("big", ["1"]);
    assert.equal(documents[0]?.text.length, text.length + 2);
  });

  it("bound the documents of the server", async () => {
    const { client } = server;
    await client.collections.create({ name: "b", dim });
    assert.deepEqual(await write(client, "b", ["1", "2", "3"]), ["ok", "ok", "QUOTA_EXCEEDED"]);
  });

  it("stop writes before the disk is full, while reads and deletes go on", async () => {
    await stopServer(server);
    // More than one percent of any disk is used.
    server = await start("--quotas-disk-used-percent-max", "1");
    const { client, url } = server;
    const stopped = { reason: "DISK_NEARLY_FULL", retryable: true };
    assert.deepEqual(await write(client, "a", ["9"]), ["DISK_NEARLY_FULL"]);
    await assert.rejects(client.collections.create({ name: "c", dim }), stopped);
    const headers = { authorization: `Bearer ${keys.operator}` };
    const path = `${url}/v1/collections/a:snapshot`;
    const body = JSON.stringify({ snapshot_name: "nightly" });
    const json = { ...headers, "content-type": "application/json" };
    const refused = await fetch(path, { method: "POST", headers: json, body });
    assert.match(await refused.text(), /DISK_NEARLY_FULL/);
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    const final = await client.searchFinal({ collection: "a", text: "number" });
    assert.equal(final.hits.length, 3);
    await client.delete("a", ["2"]);
    const metrics = await (await fetch(`${url}/metrics`, { headers })).text();
    assert.match(metrics, /^sluice_writes_stopped 1$/m);
    assert.match(metrics, /^sluice_disk_free_bytes [1-9]/m);
    assert.match(server.stderr(), /the disk is nearly full; writes are rejected/);
  });
});

async function newKey(
  data: string,
  asked: Pick<NewKey, "name" | "scopes" | "quota">,
): Promise<string> {
  const none = { filter: "", lifetimeMs: undefined, rate: undefined, concurrency: undefined };
  return (await createKey(data, { ...none, ...asked }, Date.now())).text;
}

/** Outcome of each document, in order: `ok` or the reason of its error. */
async function write(
  client: SluiceClient,
  collection: string,
  keys: readonly string[],
  text = "number",
): Promise<string[]> {
  const outcomes = new Map(keys.map((key) => [key, "ok"]));
  const documents = keys.map((key) => ({
    key,
    title: "",
    text: `${text} ${key}`,
    fields: new Map(),
    vectors,
  }));
  await client.ingest(collection, documents, {
    onError: ({ key, reason }) => void outcomes.set(key, reason),
  });
  return [...outcomes.values()];
}
