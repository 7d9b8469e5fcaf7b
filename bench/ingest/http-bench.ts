// `make bench-ingest-http`: documents a second as lines of JSON over HTTP and over gRPC, in pairs.
//
//   node build/bench/ingest/http-bench.js [documents a run] [pairs] [seed]

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createInterface } from "node:readline";
import type { Document } from "../../src/core/document.js";
import { present } from "../../src/core/assert.js";
import { startServerProcess, stopServer } from "../../test/support/server-process.js";
import type { ServerProcess } from "../../test/support/server-process.js";
import { createPassageSource } from "../scale/clustered-passages.js";

const [, , count = "10000", pairs = "3", seed = "1"] = process.argv;
const name = "bench";
/** Small ones, so that what is measured is the way in rather than the vectors. */
const shape = { dim: 64, tokens: 24, words: 90, type: "int8" } as const;
/** Number of distinct vectors; keys are all distinct. */
const distinctCount = 256;

const source = createPassageSource({ seed: Number(seed), ...shape });
const distinct = Array.from({ length: distinctCount }, (_, i) => source.passage(i));

function* documents(run: string): Generator<Document, void, void> {
  for (let i = 0; i < Number(count); i += 1)
    yield {
      ...present(distinct[i % distinctCount], "there are documents"),
      key: `${run} ${i}`,
    };
}

async function overGrpc(server: ServerProcess, run: string): Promise<void> {
  const { failedCount } = await server.client.ingest(name, documents(run));
  if (failedCount > 0) throw new Error(`${failedCount} documents were refused`);
}

function* lines(run: string): Generator<string, void, void> {
  for (const { key, text, vectors } of documents(run)) {
    const { type, dim, bytes } = present(vectors, "the documents have vectors");
    const base64 = Buffer.from(bytes).toString("base64");
    yield `${JSON.stringify({ key, text, vectors: { type, dim, base64 } })}\n`;
  }
}

/** Reads the acknowledgments as they come. */
async function overHttp(server: ServerProcess, run: string): Promise<void> {
  const answer = await fetch(`${server.url}/v1/collections/${name}/documents`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: Readable.toWeb(Readable.from(lines(run))) as ReadableStream,
    duplex: "half",
  });
  if (!answer.ok || answer.body === null) throw new Error(`status ${answer.status}`);
  let ackCount = 0;
  for await (const line of createInterface({ input: Readable.fromWeb(answer.body) })) {
    const { acks = [] } = JSON.parse(line) as { readonly acks?: readonly object[] };
    ackCount += acks.length;
  }
  if (ackCount !== Number(count)) throw new Error(`${ackCount} documents were acknowledged`);
}

async function perSecond(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return (1000 * Number(count)) / (performance.now() - startMs);
}

const data = mkdtempSync(join(tmpdir(), "sluice-bench-"));
const server = await startServerProcess({ data });
try {
  await server.client.collections.create({ name, dim: shape.dim });
  for (let pair = 0; pair <= Number(pairs); pair += 1) {
    const ways = [
      async () => (grpc = await perSecond(() => overGrpc(server, `g${pair}`))),
      async () => (http = await perSecond(() => overHttp(server, `h${pair}`))),
    ];
    let [grpc, http] = [0, 0];
    // The collection grows, so that they take turns in going first.
    for (const way of pair % 2 === 0 ? ways : ways.reverse()) await way();
    // The first pair warms the server up.
    if (pair > 0)
      console.log(
        `gRPC ${grpc.toFixed(0)}/s, HTTP ${http.toFixed(0)}/s: ${((100 * http) / grpc).toFixed(0)} %`,
      );
  }
} finally {
  await stopServer(server);
  rmSync(data, { recursive: true, force: true });
}
