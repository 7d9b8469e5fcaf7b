// Many collections on one server: cost at startup, in memory, and at first use.
// Usage: collections-bench.js [COUNT] [FOLDER]; prints one object of JSON.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { latestSettings } from "../../src/analysis/analyzer.js";
import { createClient } from "../../src/client/client.js";
import { loadConfig } from "../../src/config/load-config.js";
import { openCollections } from "../../src/engine/collections.js";
import { openDataFolder } from "../../src/store/data-folder.js";
import { startLoadServer } from "../load/server.js";

const count = Number(process.argv[2] ?? 1000);
const dim = 32;
/** Collections that are searched one after another: more than may be open at a time. */
const searchedCount = Math.min(count, 1000);
const vectors = {
  type: "float32",
  dim,
  bytes: new Uint8Array(new Float32Array(2 * dim).fill(0.5).buffer),
} as const;

const data = mkdtempSync(join(process.argv[3] ?? tmpdir(), "sluice-collections-"));
try {
  const startMs = performance.now();
  await makeCollections();
  const madeMs = performance.now();
  const server = await startLoadServer(data, ["--collections-count-max", String(count)]);
  const startedMs = performance.now();
  const started = server.memory();
  const client = createClient({
    address: server.address,
    nowMs: () => Date.now(),
    random: () => 0.5,
  });
  const listedFrom = performance.now();
  const listed = await client.collections.list();
  const listMs = performance.now() - listedFrom;
  const searchedFrom = performance.now();
  for (let i = 0; i < searchedCount; i += 1)
    await client.searchFinal({ collection: `c${i}`, text: "", vectors, k: 1 });
  const openMs = (performance.now() - searchedFrom) / searchedCount;
  const searched = server.memory();
  client.close();
  await server.stop();
  console.log(
    JSON.stringify({
      collections: listed.length,
      makeMs: Math.round((madeMs - startMs) / count),
      startMs: Math.round(startedMs - madeMs),
      startOwnMiB: started.ownMiB,
      listMs: Math.round(listMs),
      openAndSearchMs: Math.round(10 * openMs) / 10,
      searchedOwnMiB: searched.ownMiB,
    }),
  );
} finally {
  rmSync(data, { recursive: true, force: true });
}

/** Creates empty collections, in this process. */
async function makeCollections(): Promise<void> {
  const { config } = loadConfig({ flags: { data } });
  const folder = openDataFolder(data);
  const collections = await openCollections(folder, {
    flushBytes: config.ingest.flushBytes,
    clock: () => performance.now(),
    limits: { ...config.collections, countMax: count, openMax: 4, openBytesMax: Infinity },
  });
  for (let i = 0; i < count; i += 1)
    await collections.create({
      name: `c${i}`,
      modelName: undefined,
      modelFingerprint: undefined,
      dim,
      bits: 2,
      sketchBits: 2,
      ...latestSettings("english"),
      seed: 1,
    });
  await collections.close();
  folder.close();
}
