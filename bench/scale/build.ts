// A collection of the scale benchmark: written through the engine, with all due merges.

import { composeEngine } from "../../src/app/compose.js";
import type { ComposedEngine } from "../../src/app/compose.js";
import { engineOptions } from "../../src/app/engine-options.js";
import { loadConfig } from "../../src/config/load-config.js";
import type { Document } from "../../src/core/document.js";
import { rowBytes } from "../../src/kernels/kernels.js";
import type { CodeBits } from "../../src/kernels/kernels.js";
import type { EngineApi } from "../../src/engine/api.js";
import { createPassageSource } from "./clustered-passages.js";
import type { PassageOptions } from "./clustered-passages.js";
import { streamPassages } from "./passage-stream.js";
import type { SizeFigures } from "./render.js";
import { rounded } from "./summary.js";

export interface BuildOptions {
  readonly dim: number;
  readonly bits: CodeBits;
  /** Token vectors per passage. */
  readonly tokens: number;
  /** Words of text per passage. */
  readonly words: number;
  readonly seed: number;
}

export type BuildFigures = Pick<
  SizeFigures,
  "ingestPerSecond" | "generatorShare" | "settleSeconds" | "disk"
>;

export const collection = "scale";
/** Puts in flight. */
const putsInFlight = 256;

export async function build(
  options: BuildOptions,
  { size, folder }: { readonly size: number; readonly folder: string },
): Promise<BuildFigures> {
  const { dim, bits } = options;
  const engine = await openEngine(folder);
  try {
    const { api } = engine;
    await api.createCollection({ name: collection, dim, bits, ifNotExists: false });
    const written = await ingest(api, { ...options, type: "int8" }, size);
    const settled = { settleSeconds: await settleSeconds(api) };
    return { ...written, ...settled, disk: diskFigures(api, options, size) };
  } finally {
    await engine.close();
  }
}

/** Without answer caches, so that repeated queries are searched again. */
export function openEngine(folder: string): Promise<ComposedEngine> {
  const { config } = loadConfig({ flags: { data: folder } });
  return composeEngine({ ...engineOptions(config), rowCacheBytes: 0, answerCacheBytes: 0 });
}

export async function ingest(
  api: EngineApi,
  passages: PassageOptions,
  size: number,
): Promise<Pick<SizeFigures, "ingestPerSecond" | "generatorShare">> {
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

/** Runs the merges that were deferred during ingest, as an idle server does. */
async function settleSeconds(api: EngineApi): Promise<number> {
  const startMs = performance.now();
  const { signal } = new AbortController();
  const steps = api.optimize(collection, { isFull: false, signal });
  while ((await steps.next()).done !== true);
  return rounded((performance.now() - startMs) / 1000);
}

interface Puts {
  /** Resolves when another put may start; rejects once any has failed. */
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
  { dim, bits, tokens, words, seed }: BuildOptions,
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

export function say(size: number, line: string): void {
  console.error(`[${size}] ${line}`);
}
