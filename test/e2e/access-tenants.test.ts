// Two tenants in one collection: each sees, changes and deletes its own documents, and no others.

import assert from "node:assert/strict";
import { createClient } from "../../src/client/client.js";
import type { SluiceClient } from "../../src/client/client.js";
import type { ClientIngestError } from "../../src/client/types.js";
import type { Document } from "../../src/core/document.js";
import { parseFilter } from "../../src/core/parse-filter.js";
import { makeTestKey } from "../support/access-keys.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { callRoute } from "../support/raw-calls.js";
import { endServersAfterEach, startServerProcess } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

/** Documents alternate between two tenants; all have one word in common. */
const documents: readonly Document[] = Array.from({ length: 20 }, (_, i) =>
  ofTenant(`k${String(i).padStart(2, "0")}`, i % 2 === 0 ? "a" : "b"),
);
const keysOf = (tenant: string): string[] =>
  documents.filter((_, i) => (i % 2 === 0) === (tenant === "a")).map(({ key }) => key);

function ofTenant(key: string, tenant: string): Document {
  const fields = new Map([["tenant", { kind: "keyword", value: tenant } as const]]);
  return { key, title: "", text: `common words of ${key}`, fields };
}

describe("tenants", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();
  const clients: SluiceClient[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  async function start(): Promise<{
    server: ServerProcess;
    operatorKey: string;
    a: SluiceClient;
    b: SluiceClient;
  }> {
    const operator = await makeTestKey(folder(), { scopes: ["admin:*"] });
    const keys = [];
    for (const tenant of ["a", "b"]) {
      const filter = `tenant = "${tenant}"`;
      const scopes = ["read:docs", "write:docs"];
      keys.push(await makeTestKey(folder(), { scopes, filter }));
    }
    const server = await startServerProcess({ data: folder(), apiKey: operator.text });
    const [a, b] = keys.map(({ text }) =>
      createClient({
        address: server.address,
        apiKey: text,
        nowMs: Date.now,
        random: () => 0.5,
      }),
    );
    clients.push(a!, b!);
    await server.client.collections.create({ name: "docs" });
    await server.client.ingest("docs", documents);
    return { server, operatorKey: operator.text, a: a!, b: b! };
  }

  async function listAll(client: SluiceClient): Promise<string[]> {
    const keys: string[] = [];
    let pageToken: string | undefined;
    do {
      const page = await client.list("docs", {
        pageSize: 7,
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      keys.push(...page.documents.map(({ key }) => key));
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    return keys;
  }

  it("read only what is theirs, also when the same question was answered to another", async () => {
    const { server, operatorKey, a, b } = await start();
    const search = { collection: "docs", text: "common", k: 100 };
    // Twice around: the second answers come from the cache, which must know whose they are.
    for (let round = 0; round < 2; round += 1) {
      for (const [client, tenant] of [
        [a, "a"],
        [b, "b"],
      ] as const) {
        const { hits, coverage } = await client.searchFinal(search);
        assert.deepEqual(hits.map(({ key }) => key).sort(), keysOf(tenant));
        assert.equal(coverage.eligible, keysOf(tenant).length);
        const filter = parseFilter('tenant = "a" or tenant = "b"');
        const widened = await client.searchFinal({ ...search, filter });
        assert.deepEqual(widened.hits.map(({ key }) => key).sort(), keysOf(tenant));
      }
      assert.equal((await server.client.searchFinal(search)).hits.length, documents.length);
    }
    const { details } = await callRoute(`${server.url}/metrics`, {
      method: "GET",
      authorization: `Bearer ${operatorKey}`,
    });
    // The answers to the second round, whose own each caller got.
    assert.match(details, /^sluice_cache_hits_total\{cache="answers"\} [1-9]/m);
    assert.deepEqual(await listAll(a), keysOf("a"));
    assert.deepEqual(await listAll(b), keysOf("b"));
    const [own, foreign] = [keysOf("a")[0]!, keysOf("b")[0]!];
    const got = await a.get("docs", [own, foreign, "none"]);
    assert.deepEqual(
      got.documents.map(({ key }) => key),
      [own],
    );
    assert.deepEqual(got.missingKeys, [foreign, "none"]);
    const explain = (key: string): Promise<unknown> =>
      a.explain({ collection: "docs", text: "common", key });
    await explain(own);
    const told: string[] = [];
    for (const key of [foreign, "none"])
      await assert.rejects(explain(key), (error: { reason: string; message: string }) => {
        assert.equal(error.reason, "DOCUMENT_NOT_FOUND");
        told.push(error.message.replace(key, "KEY"));
        return true;
      });
    assert.equal(told[0], told[1]);
    assert.equal((await a.collections.describe("docs")).documentCount, 0);
  });

  it("export only what is theirs, with a filter of their own too", async () => {
    const { a } = await start();
    const keys: string[] = [];
    const filter = parseFilter('tenant = "a" or tenant = "b"');
    for await (const batch of a.exportDocuments({ collection: "docs", filter, vectors: true }))
      keys.push(...batch.documents.map(({ key }) => key));
    assert.deepEqual(keys, keysOf("a"));
  });

  it("write and delete only what is theirs", async () => {
    const { server, a } = await start();
    const [own, foreign] = [keysOf("a")[0]!, keysOf("b")[0]!];
    const errors: ClientIngestError[] = [];
    const sent = [
      ofTenant(foreign, "a"),
      ofTenant("new-b", "b"),
      { ...ofTenant("new-none", "a"), fields: new Map() },
      ofTenant(own, "b"),
      ofTenant("new-a", "a"),
    ];
    await a.ingest("docs", sent, { onError: (error) => errors.push(error) });
    assert.equal(errors.length, 4);
    assert.deepEqual([...new Set(errors.map(({ reason }) => reason))], ["PERMISSION_DENIED"]);
    assert.equal(new Set(errors.map(({ message }) => message)).size, 1);
    const stored = await server.client.get("docs", [foreign, own, "new-b", "new-none", "new-a"]);
    assert.deepEqual(stored.missingKeys, ["new-b", "new-none"]);
    const tenants = stored.documents.map(({ key, fields }) => [key, fields.get("tenant")?.value]);
    assert.deepEqual(tenants, [
      [foreign, "b"],
      [own, "a"],
      ["new-a", "a"],
    ]);
    const deleted = await a.delete("docs", [foreign, "new-a", "none"]);
    assert.deepEqual([deleted.deletedCount, deleted.missingCount], [1, 2]);
    const all = parseFilter('tenant = "a" or tenant = "b"');
    const filtered = await a.deleteWhere("docs", parseFilter("nowhere = 1 or (not nowhere = 1)"));
    assert.deepEqual(filtered.unmatched, [], "what others' documents have is not told");
    assert.equal(filtered.deletedCount, keysOf("a").length);
    assert.equal((await a.deleteWhere("docs", all)).deletedCount, 0);
    assert.deepEqual(await listAll(server.client), keysOf("b"));
  });
});
