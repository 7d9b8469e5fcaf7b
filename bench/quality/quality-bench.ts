// Runs `sluice eval` on BEIR folders and writes bench/results/quality.json.
// Usage: node build/bench/quality/quality-bench.js FOLDER...

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { qualityPath } from "./render.js";
import type { QualityFile, QualityResult } from "./render.js";

const program = join(fileURLToPath(new URL("../../", import.meta.url)), "src/cli/main.js");

const results: QualityResult[] = [];
for (const folder of process.argv.slice(2)) results.push(await evaluate(folder));
const file: QualityFile = {
  cpu: cpus()[0]?.model ?? "unknown",
  command: "sluice eval --data FOLDER --json",
  results,
};
writeFileSync(qualityPath, `${JSON.stringify(file, null, 2)}\n`);

async function evaluate(folder: string): Promise<QualityResult> {
  const child = spawn(process.execPath, [program, "eval", "--data", folder, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  const output = await text(child.stdout);
  const [code] = (await closed) as [number | null];
  if (code !== 0) throw new Error(`sluice eval --data ${folder} ended with ${code}`);
  return { set: basename(folder), ...(JSON.parse(output) as Omit<QualityResult, "set">) };
}
