// `sluice bench scale`: a collection of each size, built through the real write path and searched
// with the real worker pool. The result file is updated after each step.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openCollections } from "../../src/engine/collections.js";
import type { CodeBits } from "../../src/kernels/kernels.js";
import { openDataFolder } from "../../src/store/data-folder.js";
import { collection, ingest, openEngine, say } from "./build.js";
import { buildInChild } from "./build-in-child.js";
import { loadConfig } from "../../src/config/load-config.js";
import { createPassageSource } from "./clustered-passages.js";
import type { PassageOptions } from "./clustered-passages.js";
import { measureLatency, measureRecall, startLoad } from "./measure-search.js";
import type { SearchSetup } from "./measure-search.js";
import { rounded, summary } from "./summary.js";
import type { LoadFigures, MemoryFigures, ScaleFile, SizeFigures } from "./render.js";

export interface ScaleBenchOptions {
  /** Passages of each collection. */
  readonly sizes: readonly number[];
  readonly dim: number;
  readonly bits: CodeBits;
  /** Token vectors per passage. */
  readonly tokens: number;
  /** Words of text per passage. */
  readonly words: number;
  readonly seed: number;
  /** Searches for the latency; recall uses a tenth. */
  readonly queries: number;
  /** Folder of the temporary collections. */
  readonly folder: string;
  /** Result file, JSON. */
  readonly out: string;
}

const queryTokens = 20;
/** Duration of the load without a merge. */
const loadMs = 6000;
/** Passages replaced before the merge; a tenth of a smaller collection. */
const replacedMax = 20_000;

/** One collection per size; a failure keeps the results of the sizes before. */
export async function runScaleBench(options: ScaleBenchOptions): Promise<ScaleFile> {
  const { dim, bits, tokens, words, seed } = options;
  const sizes: Partial<SizeFigures>[] = [];
  const file: ScaleFile = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    command: `sluice bench scale --sizes ${options.sizes.join(",")} --tokens ${tokens} --seed ${seed}`,
    dim,
    bits,
    tokens,
    words,
    queryTokens,
    sizes,
  };
  for (const size of options.sizes) {
    const folder = await mkdtemp(join(options.folder, "sluice-scale-"));
    const figures: Partial<SizeFigures> = { passages: size };
    sizes.push(figures);
    const note = async (found: Partial<SizeFigures>): Promise<void> => {
      Object.assign(figures, found);
      await writeFile(options.out, `${JSON.stringify(file, null, 2)}\n`);
      for (const [name, value] of Object.entries(found)) say(size, `${name} ${shown(value)}`);
    };
    try {
      await measureSize(options, { size, folder }, note);
    } catch (error) {
      await note({ failure: error instanceof Error ? error.message : String(error) });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return file;
}

type Note = (found: Partial<SizeFigures>) => Promise<void>;

async function measureSize(
  options: ScaleBenchOptions,
  at: { readonly size: number; readonly folder: string },
  note: Note,
): Promise<void> {
  const { size, folder } = at;
  const passages: PassageOptions = { ...options, type: "int8" };
  await note(await buildInChild(options, at));
  await note({ openMs: await openMs(folder) });
  const engine = await openEngine(folder);
  try {
    const source = createPassageSource(passages);
    const setup: SearchSetup = { api: engine.api, collection, source, size, queryTokens };
    const latency = await measureLatency(setup, options.queries);
    await note({ latency });
    await note({ memory: await memoryFigures() });
    // Each scores every passage: seconds at a million.
    const recallQueries = Math.max(10, Math.floor(options.queries / (size < 500_000 ? 10 : 25)));
    await note({ recall: await measureRecall(setup, recallQueries) });
    await note({
      load: await measureLoad(setup, { passages, searchMs: latency.lastUpdateMs.p50 }),
    });
  } finally {
    await engine.close();
  }
}

/** The same searches alone and beside a full merge, which upserts have left something to do. */
async function measureLoad(
  setup: SearchSetup,
  { passages, searchMs }: { readonly passages: PassageOptions; readonly searchMs: number },
): Promise<LoadFigures> {
  // About half of what one search after another would be.
  const intervalMs = 2 * searchMs;
  const { api, size } = setup;
  const quiet = startLoad(setup, intervalMs);
  await sleep(loadMs);
  await quiet.stop();
  const replaced = Math.min(replacedMax, Math.ceil(size / 10));
  await ingest(api, passages, replaced);
  const segmentsBefore = api.describeCollection(collection).segmentCount;
  const busy = startLoad(setup, intervalMs);
  const startMs = performance.now();
  const { signal } = new AbortController();
  for await (const { step } of api.optimize(collection, { isFull: true, signal })) say(size, step);
  const mergeMs = performance.now() - startMs;
  await busy.stop();
  return {
    perSecond: Math.round(1000 / intervalMs),
    quietMs: summary(quiet.lastMs),
    mergingMs: summary(busy.lastMs),
    searchesWhileMerging: busy.lastMs.length,
    replaced,
    mergeSeconds: rounded(mergeMs / 1000),
    segmentsBefore,
    segmentsAfter: api.describeCollection(collection).segmentCount,
  };
}

/** What this process holds, after the searches: its own, and pages of files that it maps. */
async function memoryFigures(): Promise<MemoryFigures> {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const mebibytes = (name: string): number =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? NaN) / 1024);
  return {
    rssMiB: mebibytes("VmRSS"),
    ownMiB: mebibytes("RssAnon"),
    filesMiB: mebibytes("RssFile"),
  };
}

/** From the folder to a collection that can be searched, without threads and models. */
async function openMs(dataFolder: string): Promise<number> {
  const startMs = performance.now();
  const folder = openDataFolder(dataFolder);
  const { config } = loadConfig({ flags: { data: dataFolder } });
  const collections = await openCollections(folder, {
    flushBytes: config.ingest.flushBytes,
    clock: () => performance.now(),
    limits: { ...config.collections, openMax: 1, openBytesMax: Infinity },
  });
  for (const { settings } of collections.list())
    await collections.use(settings.name, () => undefined);
  const spentMs = performance.now() - startMs;
  await collections.close();
  folder.close();
  return rounded(spentMs);
}

function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}
