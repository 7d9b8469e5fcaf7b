// `make bench-refine`: searches of a collection with a refine plane, with and without it, beside the
// ranking by float rows.
//
//   node build/bench/codec/refine-bench.js

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";

import { composeEngine } from "../../src/app/compose.js";
import { engineOptions } from "../../src/app/engine-options.js";
import { loadConfig } from "../../src/config/load-config.js";
import type { PrecomputedVectors } from "../../src/core/document.js";
import type { EngineApi } from "../../src/engine/api.js";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import { summary } from "../scale/summary.js";
import { exactScores } from "./measure-codes.js";
import { refinePath } from "./render.js";
import type { RefineFile, RefineRow } from "./render.js";
import { createSeededRows } from "./row-sets.js";
import type { RowSet } from "./row-sets.js";

const seed = 7;
const dims = [64, 128, 384] as const;
const meanCosines = [0, 0.9] as const;
const widths = [
  { bits: 2, refineBits: 8 },
  { bits: 4, refineBits: 8 },
] as const;
const warmUpQueries = 50;

const { kernels } = loadKernels();
const rows: RefineRow[] = [];
for (const dim of dims) {
  const seeded = createSeededRows(dim, seed);
  for (const meanCosine of meanCosines) {
    const set = seeded.withMeanCosine(meanCosine);
    const { tops } = exactScores(set, kernels);
    for (const by of widths) {
      rows.push({ meanCosine, dim, ...by, ...(await measure(set, tops, by)) });
      console.log(JSON.stringify(rows.at(-1)));
    }
  }
}
const file: RefineFile = {
  cpu: cpus()[0]?.model ?? "unknown",
  command: `make bench-refine (seed ${seed})`,
  rows,
};
writeFileSync(refinePath, `${JSON.stringify(file, null, 1)}\n`);

type Measured = Pick<RefineRow, "recallAt10" | "refinedRecallAt10" | "p50Ms" | "refinedP50Ms">;

/** Each query is searched both ways in turn, so that both meet the same load of the machine. */
async function measure(
  set: RowSet,
  tops: readonly ReadonlySet<number>[],
  by: { readonly bits: number; readonly refineBits: number },
): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
  const { config } = loadConfig({ flags: { data: folder, scoringWorkers: 1 } });
  const caches = { rowCacheBytes: 0, answerCacheBytes: 0 };
  const engine = await composeEngine({ ...engineOptions(config), ...caches });
  try {
    await build(engine.api, set, by);
    const found = { codes: 0, refined: 0 };
    const millis: { codes: number[]; refined: number[] } = { codes: [], refined: [] };
    const order = [...set.queries.keys()];
    for (const [turn, i] of [...order.slice(0, warmUpQueries), ...order].entries())
      for (const way of ["codes", "refined"] as const) {
        const vectors = toVectors(set.queries[i] ?? new Float32Array(), set.dim);
        const { ms, keys } = await searchOnce(engine.api, vectors, way);
        if (turn < warmUpQueries) continue;
        millis[way].push(ms);
        found[way] += keys.filter((key) => tops[i]?.has(Number(key)) === true).length;
      }
    const total = 10 * order.length;
    return {
      recallAt10: found.codes / total,
      refinedRecallAt10: found.refined / total,
      p50Ms: summary(millis.codes).p50,
      refinedP50Ms: summary(millis.refined).p50,
    };
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true });
  }
}

async function build(
  api: EngineApi,
  { dim, passages }: RowSet,
  by: { readonly bits: number; readonly refineBits: number },
): Promise<void> {
  await api.createCollection({ name: "passages", dim, ...by, ifNotExists: false });
  const puts = passages.map((values, i) => {
    const vectors = toVectors(values, dim);
    return api.put("passages", { key: String(i), title: "", text: "", fields: new Map(), vectors });
  });
  await Promise.all(puts);
  const { signal } = new AbortController();
  for await (const { step } of api.optimize("passages", { isFull: true, signal }))
    if (step === "") break;
}

async function searchOnce(
  api: EngineApi,
  vectors: PrecomputedVectors,
  way: "codes" | "refined",
): Promise<{ readonly ms: number; readonly keys: readonly string[] }> {
  const startMs = performance.now();
  let keys: readonly string[] = [];
  const request = {
    collection: "passages",
    text: "",
    vectors,
    k: 10,
    payload: { mode: "every_update", title: false, text: false, fields: false } as const,
    ...(way === "codes" && { refinePoolSize: 0 }),
  };
  for await (const { hits } of api.search(request, { signal: new AbortController().signal }))
    keys = hits.map(({ key }) => key);
  return { ms: performance.now() - startMs, keys };
}

function toVectors(values: Float32Array, dim: number): PrecomputedVectors {
  return { type: "float32", dim, bytes: new Uint8Array(values.slice().buffer) };
}
