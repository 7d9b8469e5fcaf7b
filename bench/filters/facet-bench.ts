// `make bench-facets`: time to count the values of fields, and to sort by them, over many segments.
//
//   node build/bench/filters/facet-bench.js [passages] [segments] [runs]

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

import { nextOrdinal, toPassageOrdinal, toSegmentOrdinal } from "../../src/core/ids.js";
import { parseFilter } from "../../src/core/parse-filter.js";
import { repositoryRoot } from "../../src/core/paths.js";
import { createPrng } from "../../src/core/prng.js";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import { createInlineScorer } from "../../src/scoring/scorer.js";
import type { Scorer } from "../../src/scoring/scorer.js";
import { createRanking } from "../../src/search/ranking.js";
import type { SearchScope } from "../../src/search/search-deps.js";
import { countStage } from "../../src/search/stages/counts.js";
import { filterStage } from "../../src/search/stages/filter.js";
import { withScorePool } from "../../test/support/score-pool.js";
import { makeGeneration } from "../generations/made-generation.js";
import { rounded, summary } from "../scale/summary.js";
import type { Summary } from "../scale/summary.js";
import { madeFields } from "./made-fields.js";

const passageCount = Number(process.argv[2] ?? 1_000_000);
const segmentCount = Number(process.argv[3] ?? 180);
const runs = Number(process.argv[4] ?? 20);
const prng = createPrng(1);
const generation = makeGeneration({ passageCount, segmentCount }, () => ({
  fields: madeFields(prng),
}));

/** What is counted; each with and without a filter that half of the passages pass. */
const counted: readonly (readonly string[])[] = [
  ...[[], ["k10"], ["k1000"], ["whole"], ["number"], ["list"], ["flag"], ["rare"]],
  ["k10", "k100", "whole", "flag"],
];
const sorted: readonly string[] = ["k1000", "number", "whole", "flag", "rare"];

await withScorePool(2, async (pool) => {
  const inline = createInlineScorer(loadKernels().kernels);
  const cases = [];
  for (const filter of [undefined, "number < 0.5"])
    for (const fields of counted) {
      const scope = await scopeOf(filter, inline);
      const workersMs = await measure(() => count(fields, pool, scope));
      const oneThreadMs = await measure(() => count(fields, inline, scope));
      const work = fields.length === 0 ? "documents" : fields.join(", ");
      const of = filter === undefined ? "" : `, \`${filter}\``;
      cases.push({ work: `count ${work}${of}`, workersMs, oneThreadMs });
      console.log(JSON.stringify(cases.at(-1)));
    }
  for (const field of sorted) {
    const oneThreadMs = await measure(() => Promise.resolve(sort(field)));
    cases.push({ work: `the first 10 by ${field}`, workersMs: oneThreadMs, oneThreadMs });
    console.log(JSON.stringify(cases.at(-1)));
  }
  const file = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    command: `make bench-facets (${passageCount} passages, ${segmentCount} segments, ${runs} runs)`,
    cases,
  };
  const path = join(repositoryRoot(), "bench/results/facets.json");
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`);
});

async function scopeOf(filter: string | undefined, scorer: Scorer): Promise<SearchScope> {
  const cancel = new SharedArrayBuffer(4);
  const parsed = filter === undefined ? undefined : parseFilter(filter);
  const scope = await filterStage({ generation, scorer, cancel }, parsed);
  if (scope === undefined) throw new Error("nothing cancels the filter");
  return scope;
}

async function count(
  fields: readonly string[],
  scorer: Scorer,
  scope: SearchScope,
): Promise<unknown> {
  const cancel = new SharedArrayBuffer(4);
  const counts = await countStage({ generation, scorer, cancel, scope }, fields);
  return counts?.facets.map((facet) => facet.top(10));
}

/** As late interaction offers its passages, here all of them. */
function sort(field: string): unknown {
  const { segments } = generation;
  const ranking = createRanking(segments, { k: 10, order: { field, isDescending: true } });
  for (const [place, { part }] of segments.entries()) {
    const segment = toSegmentOrdinal(place);
    for (
      let ordinal = toPassageOrdinal(0);
      ordinal < part.ordinalCount;
      ordinal = nextOrdinal(ordinal)
    )
      ranking.offer({ segment, ordinal, score: 1 });
  }
  return ranking.top();
}

/** Wall time, and the processor time of this process for each run, which other load does not change. */
async function measure(
  work: () => Promise<unknown>,
): Promise<Summary & { readonly cpuMs: number }> {
  // The first runs are those of code that is not compiled yet, in each thread.
  for (let run = 0; run < 10; run += 1) await work();
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(before);
  return { ...summary(times), cpuMs: rounded((user + system) / 1000 / runs) };
}
