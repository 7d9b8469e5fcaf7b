// `make bench-stream`: what intermediate updates cost, and how soon cancelled work ends.
//
//   node build/bench/stream/stream-bench.js [passages] [searches a round]

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { openAccess } from "../../src/access/access.js";
import { composeEngine } from "../../src/app/compose.js";
import type { ComposedEngine } from "../../src/app/compose.js";
import { engineOptions } from "../../src/app/engine-options.js";
import { createClient } from "../../src/client/client.js";
import type { SluiceClient } from "../../src/client/client.js";
import { loadConfig } from "../../src/config/load-config.js";
import { createPrng } from "../../src/core/prng.js";
import type { EngineApi } from "../../src/engine/api.js";
import { startRpcServer } from "../../src/rpc/server.js";
import { createPassageSource } from "../scale/clustered-passages.js";
import type { PassageSource } from "../scale/clustered-passages.js";
import { streamPassages } from "../scale/passage-stream.js";
import { rounded, summary } from "../scale/summary.js";
import { streamPath } from "./render.js";
import type { StreamFile } from "./render.js";

const passageCount = Number(process.argv[2] ?? 20_000);
const searchCount = Number(process.argv[3] ?? 400);
const shape = { seed: 1, dim: 384, tokens: 120, words: 90, type: "int8" } as const;
const name = "bench";
const queryTokens = 20;
/** Clients that each wait for their answer. */
const clientCount = 4;
const rounds = 7;
const cancelCount = 300;

const root = mkdtempSync(join(tmpdir(), "sluice-bench-"));
const { config } = loadConfig({ flags: { data: root } });
const engine = await composeEngine({ ...engineOptions(config), answerCacheBytes: 0 });
try {
  const source = createPassageSource(shape);
  await fill(engine.api);
  const file: StreamFile = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    command: `make bench-stream (${passageCount} passages, ${searchCount} searches a round)`,
    ...(await measureOverhead(engine, source)),
    cancelMs: await measureCancels(engine, source),
  };
  writeFileSync(streamPath, `${JSON.stringify(file, null, 2)}\n`);
  console.log(JSON.stringify(file, null, 2));
} finally {
  await engine.close();
  rmSync(root, { recursive: true, force: true });
}

async function fill(api: EngineApi): Promise<void> {
  await api.createCollection({ name, dim: shape.dim, ifNotExists: false });
  for await (const documents of streamPassages(shape, passageCount).batches)
    await Promise.all(documents.map((document) => api.put(name, document)));
  const { signal } = new AbortController();
  const steps = api.optimize(name, { isFull: false, signal });
  while ((await steps.next()).done !== true);
}

/** Searches a second over gRPC, client included: each way in turn, so that all see the same machine. */
async function measureOverhead(
  { api }: ComposedEngine,
  source: PassageSource,
): Promise<Pick<StreamFile, "searchesPerSecond" | "updatesPerSearch">> {
  const finalOnly: EngineApi = {
    ...api,
    async *search(request, options) {
      for await (const update of api.search(request, options)) if (update.final) yield update;
    },
  };
  const ways = {
    finalOnly: { api: finalOnly, minUpdateIntervalMs: 0 },
    byDefault: { api, minUpdateIntervalMs: undefined },
    everyUpdate: { api, minUpdateIntervalMs: 0 },
  };
  const rates = {
    finalOnly: [] as number[],
    byDefault: [] as number[],
    everyUpdate: [] as number[],
  };
  const updates = { finalOnly: 0, byDefault: 0, everyUpdate: 0 };
  for (let round = 0; round <= rounds; round += 1)
    for (const [way, { api: served, minUpdateIntervalMs }] of Object.entries(ways) as [
      keyof typeof ways,
      (typeof ways)[keyof typeof ways],
    ][]) {
      const run = await withServer(served, (client) =>
        searchAll(client, source, minUpdateIntervalMs),
      );
      // The first one warms up.
      if (round > 0) rates[way].push(run.perSecond);
      updates[way] = run.updatesPerSearch;
    }
  const median = (values: number[]): number => summary(values).p50;
  return {
    searchesPerSecond: {
      finalOnly: median(rates.finalOnly),
      byDefault: median(rates.byDefault),
      everyUpdate: median(rates.everyUpdate),
    },
    updatesPerSearch: updates,
  };
}

async function withServer<T>(
  served: EngineApi,
  use: (client: SluiceClient) => Promise<T>,
): Promise<T> {
  const ignore = (): void => undefined;
  const server = await startRpcServer({
    access: openAccess(served),
    logger: { error: ignore, warn: ignore },
    nowMs: () => Date.now(),
    clock: () => performance.now(),
    host: "127.0.0.1",
    port: 0,
  });
  server.setReady(true);
  const address = `127.0.0.1:${server.port}`;
  const client = createClient({ address, nowMs: () => Date.now(), random: () => 0.5 });
  try {
    return await use(client);
  } finally {
    client.close();
    await server.stop(1000);
  }
}

async function searchAll(
  client: SluiceClient,
  source: PassageSource,
  minUpdateIntervalMs: number | undefined,
): Promise<{ readonly perSecond: number; readonly updatesPerSearch: number }> {
  const queries = Array.from({ length: searchCount }, (_, i) => ({
    collection: name,
    minUpdateIntervalMs,
    ...source.query((7919 * i) % passageCount, queryTokens),
  }));
  let updates = 0;
  const startMs = performance.now();
  await Promise.all(
    Array.from({ length: clientCount }, async () => {
      for (let query = queries.pop(); query !== undefined; query = queries.pop())
        for await (const update of client.search(query)) updates += update.sequence > 0 ? 1 : 0;
    }),
  );
  const seconds = (performance.now() - startMs) / 1000;
  return {
    perSecond: rounded(searchCount / seconds),
    updatesPerSearch: rounded(updates / searchCount),
  };
}

/** Milliseconds from a caller's cancel until no worker works for it any more. */
async function measureCancels(
  composed: ComposedEngine,
  source: PassageSource,
): Promise<StreamFile["cancelMs"]> {
  const prng = createPrng(5);
  const times: number[] = [];
  for (let i = 0; i < cancelCount; i += 1) {
    const controller = new AbortController();
    const query = source.query((104_729 * i) % passageCount, queryTokens);
    const request = {
      collection: name,
      exhaustive: true,
      ...query,
      payload: { mode: "every_update", title: false, text: false, fields: false } as const,
    };
    const updates = composed.api.search(request, { signal: controller.signal });
    const reading = (async () => {
      while ((await updates.next()).done !== true);
    })();
    reading.catch(() => undefined);
    await sleep(1 + 30 * prng.nextFloat());
    const startMs = performance.now();
    controller.abort();
    await composed.scoringIdle();
    times.push(performance.now() - startMs);
    await reading.catch(() => undefined);
  }
  return { ...summary(times), max: rounded(Math.max(...times)) };
}
