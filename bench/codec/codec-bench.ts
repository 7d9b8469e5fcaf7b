// `make bench-codec SETS="DIR DIR"`: rankings by codes beside rankings by the float rows.
//
//   node build/bench/codec/codec-bench.js BEIR_FOLDER...

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename } from "node:path";

import { loadKernels } from "../../src/kernels/load-kernels.js";
import type { CodeBits } from "../../src/kernels/kernels.js";
import { exactScores, meanCosineOf, measureCodes } from "./measure-codes.js";
import { codecPath } from "./render.js";
import type { CodecFile, CodecRow } from "./render.js";
import { createSeededRows, encodeRows } from "./row-sets.js";
import type { RowSet } from "./row-sets.js";

const seed = 7;
const dims = [64, 128, 384] as const;
const meanCosines = [0, 0.5, 0.8, 0.9, 0.95] as const;
const widths: readonly CodeBits[] = [2, 4];

const { kernels } = loadKernels();
const rows: CodecRow[] = [];
for (const dim of dims) {
  const seeded = createSeededRows(dim, seed);
  for (const meanCosine of meanCosines) measure(seeded.withMeanCosine(meanCosine), meanCosine);
}
for (const folder of process.argv.slice(2)) {
  const set = await encodeRows(basename(folder), folder);
  measure(set, Number(meanCosineOf(set).toFixed(2)));
}
const file: CodecFile = {
  cpu: cpus()[0]?.model ?? "unknown",
  command: `make bench-codec (seed ${seed})`,
  rows,
};
writeFileSync(codecPath, `${JSON.stringify(file, null, 1)}\n`);

function measure(set: RowSet, meanCosine: number): void {
  const exact = exactScores(set, kernels);
  for (const bits of widths) {
    const { name, dim } = set;
    const agreement = measureCodes(set, exact, { bits, kernels });
    rows.push({ set: name, meanCosine, dim, bits, ...agreement });
    console.log(JSON.stringify(rows.at(-1)));
  }
}
