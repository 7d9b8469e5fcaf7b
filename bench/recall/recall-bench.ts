// `make bench-recall SETS="DIR DIR"`: whether promised recall holds on held-out queries.
//
//   node build/bench/recall/recall-bench.js [--data FOLDER] BEIR_FOLDER...
//
// With --data the collections are kept there, and existing ones are reused.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";

import { composeEngine } from "../../src/app/compose.js";
import { engineOptions } from "../../src/app/engine-options.js";
import { loadConfig } from "../../src/config/load-config.js";
import { createPrng } from "../../src/core/prng.js";
import type { SearchRequest } from "../../src/contract/search-request.js";
import type { SearchUpdate } from "../../src/contract/search-update.js";
import { conformalLowerBound } from "../../src/eval/conformal.js";
import { openBeirFolder } from "../../src/importers/beir.js";
import type { RecallStatus } from "../../src/index/collection-settings.js";
import type { EngineApi } from "../../src/engine/api.js";
import { recallPath } from "./render.js";
import type { RecallFile, RecallPromise, RecallSet } from "./render.js";

const seed = 2026;
/** Half are samples, half are held out. */
const queriesMax = 1000;
const promises = [0.9, 1];
/** Random halves of the queries over which a promise is averaged. */
const splitCount = 1000;
/** Documents that are encoded concurrently. */
const putsAtOnce = 32;

const { values: flags, positionals: folders } = parseArgs({
  options: { data: { type: "string" } },
  allowPositionals: true,
});
const root = flags.data ?? mkdtempSync(join(tmpdir(), "sluice-bench-"));
try {
  const { config } = loadConfig({ flags: { data: root } });
  const options = engineOptions(config);
  const { lexicalPoolSize } = options.search;
  const sets: RecallSet[] = [];
  // Without the BM25 candidates, the promise depends on the sketches alone.
  for (const lexical of [lexicalPoolSize, 0]) {
    const engine = await composeEngine({
      ...options,
      answerCacheBytes: 0,
      search: { ...options.search, exhaustiveBelowPassages: 0, lexicalPoolSize: lexical },
    });
    try {
      for (const folder of folders) {
        const measured = await measureSet(engine.api, folder);
        sets.push({ ...measured, lexicalPoolSize: lexical });
      }
    } finally {
      await engine.close();
    }
  }
  const file: RecallFile = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    command: `make bench-recall (seed ${seed}, ${queriesMax} queries a set at most)`,
    sets,
  };
  writeFileSync(recallPath, `${JSON.stringify(file, null, 2)}\n`);
} finally {
  if (flags.data === undefined) rmSync(root, { recursive: true, force: true });
}

async function measureSet(
  api: EngineApi,
  folder: string,
): Promise<Omit<RecallSet, "lexicalPoolSize">> {
  const name = basename(folder);
  await fill(api, name, folder);
  const queries = await drawQueries(folder);
  const samples = queries.slice(0, Math.floor(queries.length / 2)).map((text) => ({ text }));
  const heldBack = queries.slice(samples.length);
  const exactOfAll = new Map<string, readonly string[]>();
  for (const text of queries)
    exactOfAll.set(text, keysOf(await finalOf(api, { collection: name, text, exhaustive: true })));
  const exact = new Map(heldBack.map((text) => [text, exactOfAll.get(text) ?? []]));
  const calibrations: RecallSet["calibrations"][number][] = [];
  for (const [kind, given] of [
    ["queries", samples],
    ["drawn sentences", undefined],
  ] as const) {
    const { recall, seconds } = await calibrate(api, name, given);
    const pools = await measurePools(api, { name, estimates: recall.estimates, exact });
    const asked: RecallPromise[] = [];
    for (const minRecall of promises) {
      const found = await measureHeldBack(api, { collection: name, minRecall }, exact);
      const pool = recall.estimates.find(({ recallLowerBound }) => recallLowerBound >= minRecall);
      const kept = found.recalls.filter((one) => one >= minRecall).length;
      asked.push({
        minRecall,
        poolSize: pool?.poolSize,
        scoredMean: found.scoredMean,
        heldBackRecall: found.mean,
        keptShare: kept / heldBack.length,
      });
    }
    const { sampleCount, confidence } = recall;
    calibrations.push({ samples: kind, sampleCount, confidence, seconds, pools, promises: asked });
    console.log(JSON.stringify({ name, kind, sampleCount, seconds, asked }));
  }
  const { passageCount, recall } = api.describeCollection(name);
  const confidence = recall?.confidence ?? 0;
  const byPool: number[][] = [];
  for (const { poolSize } of recall?.estimates ?? [])
    byPool.push(
      (await measureHeldBack(api, { collection: name, sketchPoolSize: poolSize }, exactOfAll))
        .recalls,
    );
  const splits = promises.map((minRecall) => ({
    minRecall,
    count: splitCount,
    keptShare: keptOverSplits(byPool, { minRecall, confidence }),
  }));
  return { set: name, passageCount, heldBackCount: heldBack.length, calibrations, splits };
}

/** How well each pool's estimate holds for held-out queries. */
async function measurePools(
  api: EngineApi,
  work: {
    readonly name: string;
    readonly estimates: RecallStatus["estimates"];
    readonly exact: ReadonlyMap<string, readonly string[]>;
  },
): Promise<RecallSet["calibrations"][number]["pools"]> {
  const pools = [];
  for (const estimate of work.estimates) {
    const asked = { collection: work.name, sketchPoolSize: estimate.poolSize };
    const found = await measureHeldBack(api, asked, work.exact);
    const kept = found.recalls.filter((one) => one >= estimate.recallLowerBound).length;
    pools.push({
      ...estimate,
      heldBackRecall: found.mean,
      keptShare: kept / work.exact.size,
    });
  }
  return pools;
}

/** One split is one draw of samples; the promise is an average over many. */
function keptOverSplits(
  byPool: readonly (readonly number[])[],
  { minRecall, confidence }: { readonly minRecall: number; readonly confidence: number },
): number {
  const prng = createPrng(seed);
  const count = byPool[0]?.length ?? 0;
  const half = Math.floor(count / 2);
  let kept = 0;
  for (let split = 0; split < splitCount; split += 1) {
    const order = Array.from({ length: count }, (_, i) => ({ i, place: prng.nextFloat() }));
    order.sort((a, b) => a.place - b.place);
    const places = order.map(({ i }) => i);
    const of = (recalls: readonly number[], from: number, to: number): number[] =>
      places.slice(from, to).map((i) => recalls[i] ?? 0);
    const pool = byPool.find(
      (recalls) => conformalLowerBound(of(recalls, 0, half), { confidence }) >= minRecall,
    );
    const rest = pool === undefined ? [] : of(pool, half, count);
    // Everything is scored, so the promise holds.
    kept +=
      rest.length === 0 ? 1 : rest.filter((recall) => recall >= minRecall).length / rest.length;
  }
  return kept / splitCount;
}

async function fill(api: EngineApi, name: string, folder: string): Promise<void> {
  if (api.listCollections().some(({ settings }) => settings.name === name)) return;
  await api.createCollection({ name, ifNotExists: false });
  const beir = await openBeirFolder(folder);
  let batch: Promise<unknown>[] = [];
  for await (const { document } of beir.readCorpus()) {
    // A few documents of the sets are empty and rejected.
    if (document !== undefined) batch.push(api.put(name, document).catch(() => undefined));
    if (batch.length < putsAtOnce) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
}

/** Distinct texts, in a random order determined by the seed. */
async function drawQueries(folder: string): Promise<string[]> {
  const beir = await openBeirFolder(folder);
  const texts = new Set<string>();
  for await (const { value } of beir.readQueries()) if (value !== undefined) texts.add(value.text);
  const prng = createPrng(seed);
  const drawn = Array.from(texts, (text) => ({ text, place: prng.nextFloat() }));
  drawn.sort((a, b) => a.place - b.place);
  return drawn.slice(0, queriesMax).map(({ text }) => text);
}

async function calibrate(
  api: EngineApi,
  name: string,
  samples: readonly { readonly text: string }[] | undefined,
): Promise<{ recall: RecallStatus; seconds: number }> {
  const startMs = performance.now();
  const { signal } = new AbortController();
  let recall: RecallStatus | undefined;
  for await (const { result } of api.calibrate(name, { samples, signal })) recall = result;
  if (recall === undefined) throw new Error(`${name} was not calibrated`);
  return { recall, seconds: (performance.now() - startMs) / 1000 };
}

async function measureHeldBack(
  api: EngineApi,
  asked: Pick<SearchRequest, "collection" | "sketchPoolSize" | "minRecall">,
  exact: ReadonlyMap<string, readonly string[]>,
): Promise<{ recalls: number[]; mean: number; scoredMean: number }> {
  const recalls: number[] = [];
  let scored = 0;
  for (const [text, wanted] of exact) {
    const final = await finalOf(api, { ...asked, text });
    const found = new Set(keysOf(final));
    recalls.push(wanted.filter((key) => found.has(key)).length / Math.max(1, wanted.length));
    scored += final.coverage.maxSimScored;
  }
  const total = recalls.reduce((sum, one) => sum + one, 0);
  return { recalls, mean: total / recalls.length, scoredMean: scored / recalls.length };
}

async function finalOf(
  api: EngineApi,
  asked: Pick<SearchRequest, "collection" | "text"> & Partial<SearchRequest>,
): Promise<SearchUpdate> {
  const request: SearchRequest = {
    exhaustive: false,
    payload: { mode: "every_update", title: false, text: false, fields: false },
    ...asked,
  };
  const { signal } = new AbortController();
  for await (const update of api.search(request, { signal })) if (update.final) return update;
  throw new Error("a search without a final update");
}

function keysOf({ hits }: SearchUpdate): string[] {
  return hits.map(({ key }) => key);
}
