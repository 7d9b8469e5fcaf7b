// Sluice on the same vectors: through its engine, with several bit widths and pool sizes.

import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { composeEngine } from "../../src/app/compose.js";
import { engineOptions } from "../../src/app/engine-options.js";
import { loadConfig } from "../../src/config/load-config.js";
import type { PrecomputedVectors } from "../../src/core/document.js";
import { programVersion } from "../../src/cli/context.js";
import type { EngineApi } from "../../src/engine/api.js";
import { rounded, warmUpTimes } from "../scale/summary.js";
import { latencyOf, recallOf } from "./other-engines.js";
import type { PeerWork } from "./other-engines.js";
import type { CurvePoint, EngineFigures } from "./peers-schema.js";
import type { VectorSet } from "./vectors.js";

const poolSizes = [16, 32, 64, 128, 256, 512] as const;
const putsAtOnce = 128;

/** Widths of codes and, where there is one, of a refine plane. */
export interface OwnWidths {
  readonly bits: 2 | 4 | 8;
  readonly refineBits?: 8;
}

export const ownWidths: readonly OwnWidths[] = [
  { bits: 2 },
  { bits: 4 },
  { bits: 8 },
  { bits: 2, refineBits: 8 },
  { bits: 4, refineBits: 8 },
];

/** One result for each widths, with an index of its own. */
export async function measureOwn(widths: OwnWidths, work: PeerWork): Promise<EngineFigures> {
  const { set, places, onWord } = work;
  const { bits, refineBits } = widths;
  const label = refineBits === undefined ? `${bits} bits` : `${bits} + ${refineBits} bits`;
  const folder = join(places.folder, `${set.name}-sluice-${label.replaceAll(" ", "")}`);
  const note = `${folder}.seconds`;
  if (!existsSync(note)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    onWord(`Sluice, ${label}, index`);
    writeFileSync(note, String(await buildOwn(folder, widths, set)));
  }
  const points: CurvePoint[] = [];
  for (const threads of [1, 2]) {
    onWord(`Sluice, ${label}, ${threads} threads`);
    points.push(...(await curveOf(folder, { label, threads }, work)));
  }
  return {
    engine: `Sluice, ${label}`,
    version: programVersion(),
    error: null,
    points,
    indexSeconds: rounded(Number(readFileSync(note, "utf8"))),
    indexBytes: await dataBytes(folder),
  };
}

async function withEngine<T>(
  folder: string,
  threads: number,
  use: (api: EngineApi) => Promise<T>,
): Promise<T> {
  const flags = { data: folder, scoringWorkers: threads };
  const { config } = loadConfig({ flags });
  const engine = await composeEngine({
    ...engineOptions(config),
    rowCacheBytes: 0,
    answerCacheBytes: 0,
    search: { ...engineOptions(config).search, exhaustiveBelowPassages: 0 },
  });
  try {
    return await use(engine.api);
  } finally {
    await engine.close();
  }
}

/** Seconds until everything is written, flushed and merged; vectors are in memory before. */
function buildOwn(folder: string, widths: OwnWidths, set: VectorSet): Promise<number> {
  const passages = [...readRagged(set, "passages")];
  return withEngine(folder, 2, async (api) => {
    const startMs = performance.now();
    await api.createCollection({ name: "passages", dim: set.dim, ...widths, ifNotExists: false });
    let puts: Promise<unknown>[] = [];
    for (const [i, vectors] of passages.entries()) {
      const document = { key: String(i), title: "", text: "", fields: new Map(), vectors };
      puts.push(api.put("passages", document));
      if (puts.length === putsAtOnce) {
        await Promise.all(puts);
        puts = [];
      }
    }
    await Promise.all(puts);
    const { signal } = new AbortController();
    for await (const { step } of api.optimize("passages", { isFull: true, signal }))
      if (step === "") break;
    return (performance.now() - startMs) / 1000;
  });
}

function curveOf(
  folder: string,
  { label, threads }: { readonly label: string; readonly threads: number },
  { set, queryCount, truth }: PeerWork,
): Promise<CurvePoint[]> {
  const queries = [...readRagged(set, "queries")].slice(0, queryCount);
  return withEngine(folder, threads, async (api) => {
    const points: CurvePoint[] = [];
    for (const sketchPoolSize of poolSizes) {
      const millis: number[] = [];
      const found: string[][] = [];
      for (let i = 0; i < warmUpTimes; i += 1)
        for (const vectors of queries) await searchOnce(api, vectors, sketchPoolSize);
      for (const vectors of queries) {
        const { ms, keys } = await searchOnce(api, vectors, sketchPoolSize);
        millis.push(ms);
        found.push(keys);
      }
      points.push({
        settings: `${label}, pool ${sketchPoolSize}`,
        threads,
        recallAt10: recallOf(
          found,
          truth.map((ids) => ids.map(String)),
        ),
        ...latencyOf(millis),
      });
    }
    return points;
  });
}

async function searchOnce(
  api: EngineApi,
  vectors: PrecomputedVectors,
  sketchPoolSize: number,
): Promise<{ readonly ms: number; readonly keys: string[] }> {
  const startMs = performance.now();
  let keys: string[] = [];
  const request = {
    collection: "passages",
    text: "",
    vectors,
    k: 10,
    exhaustive: false,
    sketchPoolSize,
    payload: { mode: "every_update", title: false, text: false, fields: false } as const,
  };
  for await (const { hits } of api.search(request, { signal: new AbortController().signal }))
    keys = hits.map(({ key }) => key);
  return { ms: performance.now() - startMs, keys };
}

/** The vectors of each text, read lazily. */
function* readRagged(set: VectorSet, name: string): Generator<PrecomputedVectors, void, void> {
  const counts = npyLengths(join(set.folder, `${name}.lengths.npy`));
  const file = openSync(join(set.folder, `${name}.npy`), "r");
  try {
    let position = headerBytes(file);
    for (const count of counts) {
      const bytes = new Uint8Array(4 * set.dim * count);
      readSync(file, bytes, 0, bytes.length, position);
      position += bytes.length;
      yield { type: "float32", dim: set.dim, bytes };
    }
  } finally {
    closeSync(file);
  }
}

function npyLengths(path: string): Int32Array {
  const file = readFileSync(path);
  return new Int32Array(Uint8Array.from(file.subarray(10 + file.readUInt16LE(8))).buffer);
}

/** The header's length is stored at byte 8. */
function headerBytes(file: number): number {
  const start = Buffer.alloc(10);
  readSync(file, start, 0, 10, 0);
  return 10 + start.readUInt16LE(8);
}

/** Disk size of the collection, as reported by the server. */
function dataBytes(folder: string): Promise<number> {
  return withEngine(folder, 1, (api) =>
    Promise.resolve(api.describeCollection("passages").diskBytes),
  );
}
