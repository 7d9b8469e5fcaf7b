// `sluice bench scale`: a collection of each size, built through the real write path and searched
// with the real worker pool. What is known after a step is in the file at once.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openCollections } from "../../src/app/collections.js";
import { composeEngine } from "../../src/app/compose.js";
import type { ComposedEngine } from "../../src/app/compose.js";
import { loadConfig } from "../../src/config/load-config.js";
import type { Document } from "../../src/core/document.js";
import { rowBytes } from "../../src/kernels/kernels.js";
import type { CodeBits } from "../../src/kernels/kernels.js";
import type { EngineApi } from "../../src/rpc/ports.js";
import { openDataFolder } from "../../src/store/data-folder.js";
import { createPassageSource } from "./clustered-passages.js";
import type { PassageOptions } from "./clustered-passages.js";
import { measureLatency, measureRecall, startLoad } from "./measure-search.js";
import type { SearchSetup } from "./measure-search.js";
import { streamPassages } from "./passage-stream.js";
import { rounded, summary } from "./summary.js";
import type { LoadFigures, MemoryFigures, ScaleFile, SizeFigures } from "./render.js";

export interface ScaleBenchOptions {
  /** Passages of each collection. */
  readonly sizes: readonly number[];
  readonly dim: number;
  readonly bits: CodeBits;
  /** Token rows a passage. */
  readonly tokens: number;
  /** Words of text a passage. */
  readonly words: number;
  readonly seed: number;
  /** Searches for the latency; recall takes a tenth. */
  readonly queries: number;
  /** Where the collections are made, and removed again. */
  readonly folder: string;
  /** JSON of the figures. */
  readonly out: string;
}

const collection = "scale";
const queryTokens = 20;
/** Puts at a time. */
const putsInFlight = 256;
/** Time of the running load without a merge. */
const loadMs = 6000;
/** Passages that are replaced before the merge; a tenth of a smaller collection. */
const replacedMax = 20_000;

/** Each size a collection of its own; a failure of one leaves the figures of those before it. */
export async function runScaleBench(options: ScaleBenchOptions): Promise<ScaleFile> {
  const { dim, bits, tokens, words, seed } = options;
  const sizes: Partial<SizeFigures>[] = [];
  const file: ScaleFile = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    command: `sluice bench scale --sizes ${options.sizes.join(",")} --tokens ${tokens} --seed ${seed}`,
    ...{ dim, bits, tokens, words, queryTokens, sizes },
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
  const building = await openEngine(folder);
  try {
    const { dim, bits } = options;
    await building.api.createCollection({ name: collection, dim, bits, ifNotExists: false });
    await note(await ingest(building.api, passages, size));
    await note({ disk: diskFigures(building.api, options, size) });
  } finally {
    await building.close();
  }
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

async function ingest(
  api: EngineApi,
  passages: PassageOptions,
  size: number,
): Promise<Partial<SizeFigures>> {
  const startMs = performance.now();
  const stream = streamPassages(passages, size);
  const puts = createPuts(api);
  let shownMs = startMs;
  let count = 0;
  for await (const documents of stream.batches) {
    for (const document of documents) await puts.put(document);
    count += documents.length;
    if (performance.now() - shownMs < 5000) continue;
    shownMs = performance.now();
    say(size, `${count} passages, ${Math.round((1000 * count) / (shownMs - startMs))}/s`);
  }
  await puts.end();
  const seconds = (performance.now() - startMs) / 1000;
  return {
    ingestPerSecond: Math.round(size / seconds),
    generatorShare: rounded(stream.madeMs() / 1000 / seconds),
  };
}

interface Puts {
  /** Resolves when there is room for another one; rejects once any has failed. */
  put(document: Document): Promise<void>;
  /** Resolves when all are acknowledged. */
  end(): Promise<void>;
}

function createPuts(api: EngineApi): Puts {
  let underWay = 0;
  let failure: Error | undefined;
  let wake = (): void => undefined;
  const fewerThan = async (count: number): Promise<void> => {
    while (underWay >= count && failure === undefined)
      await new Promise<void>((resolve) => (wake = resolve));
    if (failure !== undefined) throw failure;
  };
  const run = async (document: Document): Promise<void> => {
    underWay += 1;
    try {
      await api.put(collection, document);
    } catch (error) {
      failure ??= error instanceof Error ? error : new Error(String(error));
    }
    underWay -= 1;
    wake();
  };
  return {
    put(document) {
      run(document).catch(() => undefined);
      return fewerThan(putsInFlight);
    },
    end: () => fewerThan(1),
  };
}

function diskFigures(
  api: EngineApi,
  { dim, bits, tokens, words, seed }: ScaleBenchOptions,
  size: number,
): SizeFigures["disk"] {
  const { diskBytes, segmentCount } = api.describeCollection(collection);
  const source = createPassageSource({ seed, dim, tokens: 1, words, type: "int8" });
  let textBytes = 0;
  for (let i = 0; i < 100; i += 1) textBytes += Buffer.byteLength(source.passage(i).text) / 100;
  const needed = tokens * rowBytes(dim, bits) + rowBytes(dim, 2) + textBytes;
  const bytesPerPassage = Math.round(diskBytes / size);
  return { bytesPerPassage, timesNeeded: rounded(bytesPerPassage / needed), segmentCount };
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
  const collections = await openCollections(folder, { flushBytes: config.ingest.flushBytes });
  const spentMs = performance.now() - startMs;
  await collections.close();
  folder.close();
  return rounded(spentMs);
}

function openEngine(folder: string): Promise<ComposedEngine> {
  const { config } = loadConfig({ flags: { data: folder } });
  return composeEngine({
    dataFolder: folder,
    modelsFolder: config.modelsFolder,
    defaultModel: config.defaultModel,
    kernel: undefined,
    scoringWorkers: config.scoringWorkers,
    encodingWorkers: config.encodingWorkers,
    search: config.search,
    flushBytes: config.ingest.flushBytes,
    searchesAtWork: config.search.atWork,
    searchesMax: config.limits.searchesMax,
  });
}

function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

function say(size: number, line: string): void {
  console.error(`[${size}] ${line}`);
}
