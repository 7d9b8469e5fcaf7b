// /metrics of a running server: named as Prometheus wants it, and complete for the dashboard and the
// alerts that come with it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { lintExposition } from "../support/exposition-lint.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

describe("the metrics of a server", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  /** After a search, a write and a failed call over each port. */
  async function scrape(): Promise<string> {
    const server = await startServerProcess({ data: join(folder(), "data") });
    const { client, url } = server;
    await client.collections.create({ name: "notes" });
    await client.ingest("notes", [
      { key: "a", title: "", text: "a quiet valley", fields: new Map() },
    ]);
    await client.searchFinal({ collection: "notes", text: "valley" });
    await assert.rejects(client.searchFinal({ collection: "none", text: "valley" }));
    assert.equal((await fetch(`${url}/v1/search?collection=none&q=x`)).status, 404);
    const text = await readMetrics(server);
    await stopServer(server);
    return text;
  }

  it("have names, types and labels by Prometheus' rules, and what happened", async () => {
    const text = await scrape();
    assert.deepEqual(lintExposition(text), []);
    const lines = new Set(text.split("\n"));
    for (const line of [
      'sluice_searches_total{outcome="ok"} 1',
      'sluice_searches_total{outcome="failed"} 2',
      'sluice_search_stage_seconds_count{stage="lexical"} 1',
      'sluice_search_certificates_total{certificate="exact"} 1',
      'sluice_errors_total{reason="COLLECTION_NOT_FOUND"} 2',
      'sluice_rpc_calls_total{path="/sluice.v1.SearchService/Search",status="OK"} 1',
      'sluice_http_requests_total{route="/v1/search",method="GET",status="404"} 1',
      "sluice_document_write_seconds_count 1",
      'sluice_collection_documents{collection="notes"} 1',
    ])
      assert.ok(lines.has(line), `${line} is there`);
    const busy = /^sluice_worker_busy_seconds_total\{pool="query_encoding"\} (\S+)$/m.exec(text);
    assert.ok(Number(busy?.[1]) > 0, "threads were busy");
    if (hasPromtool()) {
      const { status, stdout, stderr } = promtool(["check", "metrics"], text);
      assert.equal(status, 0, stdout + stderr);
    }
  });
});

async function readMetrics({ url }: ServerProcess): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

function hasPromtool(): boolean {
  return promtool(["--version"], "").status === 0;
}

function promtool(
  args: readonly string[],
  input: string,
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync("promtool", args, { input, encoding: "utf8" });
}
