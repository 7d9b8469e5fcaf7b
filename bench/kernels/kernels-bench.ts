// `make bench-kernels`: measures, writes bench/results/kernels.json, renders native/README.md.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../src/core/paths.js";
import { measureKernels } from "./kernel-bench.js";
import { renderFigures, replaceTable } from "./render.js";

const root = repositoryRoot();
const report = await measureKernels(0.3);
writeFileSync(join(root, "bench/results/kernels.json"), `${JSON.stringify(report, null, 1)}\n`);
const table = renderFigures(report);
const readme = join(root, "native/README.md");
writeFileSync(readme, replaceTable(readFileSync(readme, "utf8"), table));
console.log(table);
