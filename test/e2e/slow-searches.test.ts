// Slow searches: kept with their queries, shown to those who administer the collection and to nobody
// else, over both ports and on the command line.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "../../src/client/client.js";
import { isClientError } from "../../src/client/is-client-error.js";
import type { SlowSearch } from "../../src/contract/slow-searches.js";
import { makeTestKey } from "../support/access-keys.js";
import { runProgram } from "../support/program.js";
import { startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

describe("slow searches", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-test-"));
  const data = join(folder, "data");
  let server: ServerProcess;
  const keys = new Map<string, string>();
  before(async () => {
    for (const scope of ["admin:*", "admin:notes", "read:*", "metrics"])
      keys.set(scope, (await makeTestKey(data, { scopes: [scope] })).text);
    writeFileSync(join(folder, "key"), keys.get("admin:notes")!, { mode: 0o600 });
    const flags = ["--log-slow-search-ms", "1"];
    server = await startServerProcess({ data, flags, apiKey: keys.get("admin:*")! });
    for (const name of ["notes", "diary"]) {
      await server.client.collections.create({ name });
      await server.client.ingest(name, [{ key: "a", text: "a quiet river" }]);
    }
    await server.client.searchFinal({ collection: "diary", text: "my secret" });
    await server.client.searchFinal({ collection: "notes", text: "quiet river" });
  });
  after(async () => {
    await stopServer(server);
    rmSync(folder, { recursive: true, force: true });
  });

  async function listedFor(scope: string): Promise<readonly SlowSearch[]> {
    const client = createClient({ address: server.address, apiKey: keys.get(scope)! });
    try {
      return await client.slowSearches();
    } finally {
      client.close();
    }
  }

  it("are listed newest first, with query, stages and outcome", async () => {
    const listed = await listedFor("admin:*");
    assert.deepEqual(
      listed.map(({ collection, queryText, outcome }) => [collection, queryText, outcome]),
      [
        ["notes", "quiet river", "ok"],
        ["diary", "my secret", "ok"],
      ],
    );
    const [{ certificate, timings, coverage, firstUpdateUs, durationUs }] = listed as [SlowSearch];
    assert.equal(certificate, "exact");
    assert.ok((timings?.encode ?? 0) > 0 && coverage?.eligible === 1);
    assert.ok((firstUpdateUs ?? 0) > 0 && durationUs > 1000);
  });

  it("are shown to those alone who administer the collection", async () => {
    const listed = await listedFor("admin:notes");
    assert.deepEqual(
      listed.map(({ queryText }) => queryText),
      ["quiet river"],
    );
    for (const scope of ["read:*", "metrics"])
      await assert.rejects(
        listedFor(scope),
        (error) => isClientError(error) && error.reason === "PERMISSION_DENIED",
      );
  });

  it("are the same over HTTP and on the command line", async () => {
    const headers = { authorization: `Bearer ${keys.get("admin:notes")}` };
    const answer = await fetch(`${server.url}/v1/slow-searches`, { headers });
    const shown = (await answer.json()) as {
      readonly searches: readonly {
        readonly collection: string;
        readonly query_text: string;
        readonly duration_us: number;
        readonly timings: { readonly encode_us: number };
      }[];
    };
    const [only, ...others] = shown.searches;
    assert.ok(only !== undefined && only.duration_us > 1000 && only.timings.encode_us > 0);
    assert.deepEqual([only.collection, only.query_text, others], ["notes", "quiet river", []]);
    const command = ["slow-searches", "--server", server.address];
    const args = [...command, "--api-key-file", join(folder, "key")];
    assert.deepEqual(JSON.parse(await runProgram([...args, "--json"])), shown);
    assert.match(await runProgram(args), / ok {2}notes {2}quiet river {2}.*lexical .* ms/);
  });

  it("go with their collection", async () => {
    await server.client.collections.drop("notes");
    await server.client.collections.create({ name: "notes" });
    assert.deepEqual(await listedFor("admin:notes"), []);
  });
});
