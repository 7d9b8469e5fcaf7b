// Token rate of the encoder beside a bare onnxruntime loop: the same texts on the same cores in one
// run, so that the ratio holds whatever the machine is. Target: 0.8 or more.
//
//   node build/bench/encode/encode-bench.js [workers] [seconds a turn] [turns]

import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { repositoryRoot } from "../../src/core/paths.js";
import { createPrng } from "../../src/core/prng.js";
import type { EncodeCommand, EncodeReport, EncodeSetup } from "./encode-protocol.js";

const folder = join(repositoryRoot(), "models/bge-small-en-v1.5-late");

const workerCount = Number(process.argv[2] ?? 2);
const turnMs = 1000 * Number(process.argv[3] ?? 4);
const turnCount = Number(process.argv[4] ?? 5);

await main();

async function main(): Promise<void> {
  const texts = benchTexts(200);
  const setup: EncodeSetup = { folder, texts };
  const workers = Array.from({ length: workerCount }, () => startWorker(setup));
  const ready = await Promise.all(workers.map(nextReport));
  print(
    "machine",
    `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} CPUs, Node ${process.version}`,
  );
  for (const report of ready) {
    if (report.kind !== "ready") continue;
    print("start of a worker's encoder", `${report.startMs.toFixed(0)} ms`);
    print("memory of the process after it", `${(report.rssBytes / 1e6).toFixed(0)} MB`);
  }
  const ratios: number[] = [];
  const rates: Record<"bare" | "encoder", number[]> = { bare: [], encoder: [] };
  for (let turn = 0; turn < turnCount; turn += 1) {
    // The order alternates, so that drift does not favor either.
    const order = turn % 2 === 0 ? (["bare", "encoder"] as const) : (["encoder", "bare"] as const);
    for (const path of order) rates[path].push(await measure(workers, path));
    ratios.push((rates.encoder.at(-1) ?? 0) / (rates.bare.at(-1) ?? 1));
  }
  print(
    `bare onnxruntime loop, ${workerCount} workers`,
    `${median(rates.bare).toFixed(0)} tokens/s`,
  );
  print(`encoder, ${workerCount} workers`, `${median(rates.encoder).toFixed(0)} tokens/s`);
  print("ratio, median of turns", median(ratios).toFixed(3));
  print(
    "ratio, lowest and highest",
    `${Math.min(...ratios).toFixed(3)} ${Math.max(...ratios).toFixed(3)}`,
  );
  print("memory of the process at the end", `${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`);
  await Promise.all(workers.map(stop));
}

/** Tokens per second over all workers. */
async function measure(workers: readonly Worker[], path: "bare" | "encoder"): Promise<number> {
  const reports = workers.map(nextReport);
  for (const worker of workers) send(worker, { kind: "measure", path, durationMs: turnMs });
  let rate = 0;
  for (const report of await Promise.all(reports)) {
    if (report.kind === "measured") rate += (1000 * report.tokenCount) / report.elapsedMs;
  }
  return rate;
}

function startWorker(setup: EncodeSetup): Worker {
  return new Worker(new URL("./encode-worker.js", import.meta.url), { workerData: setup });
}

function send(worker: Worker, command: EncodeCommand): void {
  worker.postMessage(command);
}

function nextReport(worker: Worker): Promise<EncodeReport> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

/** Workers end by themselves: terminating one inside the runtime aborts the process. */
function stop(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once("exit", () => resolve());
    send(worker, { kind: "stop" });
  });
}

/** Documents of 40 to 1,500 whole words of the vocabulary, with sentence ends. */
function benchTexts(count: number): string[] {
  const file = JSON.parse(readFileSync(join(folder, "tokenizer.json"), "utf8")) as {
    readonly model: { readonly vocab: Readonly<Record<string, number>> };
  };
  const words = Object.keys(file.model.vocab).filter((word) => /^[a-z]{2,12}$/.test(word));
  const prng = createPrng(20);
  return Array.from({ length: count }, () => {
    const wordCount = Math.round(40 * Math.exp(prng.nextFloat() * Math.log(1500 / 40)));
    return Array.from({ length: wordCount }, (_, i) => {
      // Squaring a uniform number makes the first words frequent, as in natural language.
      const word = words[Math.floor(prng.nextFloat() ** 2 * words.length)] ?? "";
      return i % 17 === 16 ? `${word}.` : word;
    }).join(" ");
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

function print(name: string, value: string): void {
  console.log(`${name.padEnd(36)} ${value}`);
}
