// `make bench-ingest`: throughput of the write path, in process and over gRPC, and ack latency.
//
//   node build/bench/ingest/ingest-bench.js [documents a case] [seed]

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { composeEngine } from "../../src/app/compose.js";
import { loadConfig } from "../../src/config/load-config.js";
import { present } from "../../src/core/assert.js";
import type { Document } from "../../src/core/document.js";
import type { EngineApi } from "../../src/engine/api.js";
import { startChild } from "../../test/support/child.js";
import { startServerProcess, stopServer } from "../../test/support/server-process.js";
import { createPassageSource } from "../scale/clustered-passages.js";
import { ingestPath } from "./render.js";
import type { IngestCase, IngestFile } from "./render.js";
import { runStream } from "./stream-load.js";
import { createWireMessages } from "./wire-messages.js";
import type { WireMessages } from "./wire-messages.js";

const documentCount = Number(process.argv[2] ?? 20_000);
const seed = Number(process.argv[3] ?? 1);
const shape = { dim: 384, tokens: 120, words: 90 };
const name = "bench";
/** Number of distinct vectors; keys are all distinct. */
const distinctCount = 1024;

const root = mkdtempSync(join(tmpdir(), "sluice-bench-"));
try {
  const cases: IngestCase[] = [];
  for (const type of ["float32", "int8"] as const) {
    const source = createPassageSource({ seed, type, ...shape });
    const documents = Array.from({ length: distinctCount }, (_, i) => source.passage(i));
    const folder = join(root, type);
    const inProcess = await measureInProcess(join(folder, "in-process"), documents);
    const wire = createWireMessages(name, documents);
    const batch = type === "float32" ? 4 : 16;
    const bare = await measureBare(wire, batch);
    const served = await measureServed(join(folder, "served"), { wire, batch });
    cases.push({ type, inProcess, bare, ...served });
    console.log(cases.at(-1));
  }
  const file: IngestFile = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    command: `make bench-ingest (${documentCount} documents a case, seed ${seed})`,
    ...shape,
    cases,
  };
  writeFileSync(ingestPath, `${JSON.stringify(file, null, 2)}\n`);
} finally {
  rmSync(root, { recursive: true, force: true });
}

/** Documents per second through the engine's interface, without a network. */
async function measureInProcess(folder: string, documents: readonly Document[]): Promise<number> {
  const { config } = loadConfig({ flags: { data: folder } });
  const engine = await composeEngine({
    dataFolder: folder,
    modelsFolder: config.modelsFolder,
    defaultModel: config.defaultModel,
    kernel: undefined,
    scoringWorkers: 1,
    encodingWorkers: 0,
    search: config.search,
    flushBytes: config.ingest.flushBytes,
    rowCacheBytes: 0,
    answerCacheBytes: 0,
    pairCacheBytes: 0,
    searchesAtWork: config.search.atWork,
    searchesMax: config.limits.searchesMax,
    collections: config.collections,
  });
  try {
    await engine.api.createCollection({ name, dim: shape.dim, ifNotExists: false });
    await putAll(engine.api, documents, 2000);
    const startMs = performance.now();
    await putAll(engine.api, documents, documentCount);
    return (1000 * documentCount) / (performance.now() - startMs);
  } finally {
    await engine.close();
  }
}

/** Keeps 256 puts in flight. */
async function putAll(
  api: EngineApi,
  documents: readonly Document[],
  count: number,
): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    for (let i = next; i < count; i = next) {
      next += 1;
      const document = present(documents[i % documents.length], "there are documents");
      await api.put(name, { ...document, key: `${count} ${i}` });
    }
  };
  await Promise.all(Array.from({ length: 256 }, one));
}

async function measureBare(messages: WireMessages, batch: number): Promise<number> {
  const child = startChild(new URL("./bare-server.js", import.meta.url), []);
  try {
    const address = `127.0.0.1:${await child.nextLine()}`;
    await runStream({ address, messages, documentCount: 2000, batch });
    return (await runStream({ address, messages, documentCount, batch })).perSecond;
  } finally {
    child.kill("SIGKILL");
    await child.ended;
  }
}

async function measureServed(
  data: string,
  { wire, batch }: { wire: WireMessages; batch: number },
): Promise<Omit<IngestCase, "type" | "inProcess" | "bare">> {
  const server = await startServerProcess({ data, flags: ["--scoring-workers", "1"] });
  try {
    const { address } = server;
    await server.client.collections.create({ name, dim: shape.dim });
    const load = { address, messages: wire, batch };
    await runStream({ ...load, documentCount: 2000 });
    const { perSecond } = await runStream({ ...load, documentCount });
    const half = await runStream({
      ...load,
      documentCount: Math.min(documentCount, Math.round(5 * perSecond)),
      rate: perSecond / 2,
    });
    return { served: perSecond, ackMsAtHalf: quantiles(half.ackMs) };
  } finally {
    await stopServer(server);
  }
}

function quantiles(sorted: readonly number[]): { readonly p50: number; readonly p99: number } {
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
