// `make bench-mcp`: what a tool for agents costs beside the same search by gRPC, over HTTP and over
// standard input and output, in turns. The server is a process of its own.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createPrng } from "../../src/core/prng.js";
import { repositoryRoot } from "../../src/core/paths.js";
import { callTool, connectHttp, connectStdio } from "../../test/support/mcp-clients.js";
import { startServerProcess, stopServer } from "../../test/support/server-process.js";
import { rounded, summary } from "../scale/summary.js";

const documentCount = 200;
const roundCount = 300;
const warmUpCount = 60;

const prng = createPrng(23);
const vocabulary = Array.from({ length: 500 }, (_, i) => `word${i}`);
const words = (count: number): string =>
  Array.from({ length: count }, () => vocabulary[Math.floor(500 * prng.nextFloat())]).join(" ");

const folder = mkdtempSync(join(tmpdir(), "sluice-bench-mcp-"));
const server = await startServerProcess({ data: folder });
await server.client.collections.create({ name: "bench" });
const documents = Array.from({ length: documentCount }, (_, i) => ({
  key: `k${i}`,
  title: words(4),
  text: words(12),
  fields: new Map(),
}));
await server.client.ingest("bench", documents);
const http = await connectHttp(server.url, "modern");
const stdio = await connectStdio(["--server", server.address], "modern");

// One query for all: the server answers from its cache, and what remains are calls.
const text = words(6);
const ways: Readonly<Record<string, () => Promise<unknown>>> = {
  grpc: () => server.client.searchFinal({ collection: "bench", text, minUpdateIntervalMs: 100 }),
  http: () => callTool(http, "search", { collection: "bench", query: text, budget_ms: 600_000 }),
  stdio: () => callTool(stdio, "search", { collection: "bench", query: text, budget_ms: 600_000 }),
};
const times = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
for (let round = 0; round < roundCount + warmUpCount; round += 1) {
  for (const [name, search] of Object.entries(ways)) {
    const startMs = performance.now();
    await search();
    if (round >= warmUpCount) times.get(name)?.push(performance.now() - startMs);
  }
}
await Promise.all([http.close(), stdio.close()]);
await stopServer(server);
rmSync(folder, { recursive: true });

const of = (name: string) => summary(times.get(name) ?? []);
const addedMs = (name: string): number => rounded(of(name).p50 - of("grpc").p50);
const figures = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  command: `make bench-mcp (${documentCount} documents, ${roundCount} calls)`,
  grpcMs: of("grpc"),
  httpMs: of("http"),
  stdioMs: of("stdio"),
  addedMs: { http: addedMs("http"), stdio: addedMs("stdio") },
};
const file = join(repositoryRoot(), "bench", "results", "mcp.json");
writeFileSync(file, `${JSON.stringify(figures, undefined, 2)}\n`);
console.log(JSON.stringify(figures, undefined, 2));
