// `make bench-filters`: time to evaluate a filter over many segments to a bitmap.
//
//   node build/bench/filters/filter-bench.js [passages] [segments] [runs]

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

import { parseFilter } from "../../src/core/parse-filter.js";
import { repositoryRoot } from "../../src/core/paths.js";
import { createPrng } from "../../src/core/prng.js";
import { sectionOf } from "../../src/index/segment-format.js";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import { createInlineScorer } from "../../src/scoring/scorer.js";
import type { Scorer } from "../../src/scoring/scorer.js";
import { filterStage } from "../../src/search/stages/filter.js";
import { withScorePool } from "../../test/support/score-pool.js";
import { makeGeneration } from "../generations/made-generation.js";
import { summary } from "../scale/summary.js";
import type { Summary } from "../scale/summary.js";
import { madeFields } from "./made-fields.js";

const passageCount = Number(process.argv[2] ?? 1_000_000);
const segmentCount = Number(process.argv[3] ?? 180);
const runs = Number(process.argv[4] ?? 100);
const seed = 1;

/** Filters of different selectivity, over evenly distributed fields. */
const filters: readonly string[] = [
  'k1000 = "v7"',
  'k100 = "v7"',
  'k10 = "v7"',
  'k2 = "v1"',
  'k1000 in ("v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10")',
  "number >= 0.999",
  "number >= 0.99",
  "number >= 0.9",
  "number < 0.5",
  "whole = 7",
  "whole < 10",
  "whole < 100",
  "whole >= 500",
  'list = "v7"',
  "flag = true",
  "exists(rare)",
  'k10 = "v7" and number < 0.5',
  'k2 = "v1" and whole < 500 and number < 0.5 and flag = true',
  'k100 = "v7" or whole < 10',
  'not k10 = "v7"',
  'not (k1000 = "v7" or number >= 0.999)',
];

const prng = createPrng(seed);
const generation = makeGeneration({ passageCount, segmentCount }, () => ({
  fields: madeFields(prng),
}));
let columnBytes = 0;
for (const { part } of generation.segments)
  if (part.kind === "flushed") columnBytes += sectionOf(part.tables, "columns").length;

await withScorePool(2, async (pool) => {
  const inline = createInlineScorer(loadKernels().kernels);
  const cases = [];
  for (const text of filters) {
    const workers = await measure(text, pool);
    const here = await measure(text, inline);
    const share = workers.passageCount / passageCount;
    const times = { workersMs: workers.ms, oneThreadMs: here.ms };
    cases.push({ filter: text, share: Number(share.toFixed(5)), ...times });
    console.log(JSON.stringify(cases.at(-1)));
  }
  const file = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    command: `make bench-filters (${passageCount} passages, ${segmentCount} segments, ${runs} runs)`,
    columnBytesPerPassage: Math.round(columnBytes / passageCount),
    cases,
  };
  const path = join(repositoryRoot(), "bench/results/filters.json");
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`);
});

async function measure(
  text: string,
  scorer: Scorer,
): Promise<{ readonly passageCount: number; readonly ms: Summary }> {
  const filter = parseFilter(text);
  const context = { generation, scorer, cancel: new SharedArrayBuffer(4) };
  const times: number[] = [];
  let found = 0;
  for (let run = -10; run < runs; run += 1) {
    const start = performance.now();
    const scope = await filterStage(context, filter);
    if (run >= 0) times.push(performance.now() - start);
    found = scope?.passageCount ?? 0;
  }
  return { passageCount: found, ms: summary(times) };
}
