// Command line of the benchmarks: `sluice bench NAME` runs this program.

import { tmpdir } from "node:os";
import { Command, InvalidArgumentError } from "commander";
import type { CodeBits } from "../src/kernels/kernels.js";
import { createContext } from "../src/cli/context.js";
import { wholeNumber } from "../src/cli/option-parsers.js";
import { reportError } from "../src/cli/report-error.js";

try {
  await createBenches().parseAsync();
} catch (error) {
  process.exitCode = reportError(error, createContext(), process.argv.includes("--json"));
}

function createBenches(): Command {
  const command = new Command("sluice bench")
    .description("Measures the speed of components on this machine.")
    .exitOverride()
    .showHelpAfterError("(add --help for the options)");
  command
    .command("kernels")
    .summary("kernels against the limits of this machine")
    .description(
      "Times every kernel, bit width, dimension and instruction set that this CPU has against bare " +
        "loops and plain reads in the same run, as a share of the limit. A few minutes.",
    )
    .option("--json", "print the results as one object of JSON")
    .option("--seconds <seconds>", "time per measurement", "0.3")
    .addHelpText("after", "\nExamples:\n  sluice bench kernels --seconds 0.05 --json")
    .action(async (flags: { readonly json?: boolean; readonly seconds: string }) => {
      const seconds = Number(flags.seconds);
      if (!(seconds > 0 && seconds <= 60))
        command.error(`--seconds is ${flags.seconds}, it must be above 0 and at most 60`);
      const { runKernelBench } = await import("./kernels/kernel-bench.js");
      await runKernelBench({ json: flags.json === true, seconds });
    });
  addScale(command);
  addLoad(command);
  addCanonical(command);
  addQuality(command);
  addPeers(command);
  return command;
}

interface ScaleFlags {
  readonly sizes: readonly number[];
  readonly tokens: number;
  readonly words: number;
  readonly bits: CodeBits;
  readonly seed: number;
  readonly queries: number;
  readonly folder: string;
  readonly out: string;
  readonly json?: boolean;
}

function addScale(command: Command): void {
  command
    .command("scale")
    .summary("collections of growing size: writes, searches, recall, memory")
    .description(
      "Builds a collection of seeded passages for each size, through the real write path, and " +
        "searches it. 120 tokens at 2 bits take about 15 KB a passage on disk, and 10^6 passages " +
        "some ten minutes.",
    )
    .option("--sizes <list>", "passages of the collections", sizeList, [10_000, 100_000])
    .option("--tokens <count>", "token vectors per passage", wholeNumber(1, 10_000), 120)
    .option("--words <count>", "words of text per passage", wholeNumber(0, 10_000), 90)
    .option("--bits <bits>", "bits per dimension: 1, 2, 4 or 8", codeBits, 2)
    .option("--seed <seed>", "seed of the passages", wholeNumber(0, 2 ** 31), 1)
    .option(
      "--queries <count>",
      "searches per size; recall uses a tenth",
      wholeNumber(10, 1e6),
      500,
    )
    .option("--folder <folder>", "folder of the temporary collections", tmpdir())
    .option("--out <file>", "result file, JSON, complete after each step", "scale.json")
    .option("--json", "print the results as JSON")
    .addHelpText("after", "\nExamples:\n  sluice bench scale --sizes 10000 --tokens 32")
    .action(async (flags: ScaleFlags) => {
      const { runScaleBench } = await import("./scale/scale-bench.js");
      const { scaleMarkdown } = await import("./scale/render.js");
      const file = await runScaleBench({ dim: 384, ...flags });
      console.log(flags.json === true ? JSON.stringify(file) : scaleMarkdown(file));
    });
}

interface LoadFlags {
  readonly passages: number;
  readonly tokens: number;
  readonly words: number;
  readonly seed: number;
  readonly seconds: number;
  readonly start: number;
  readonly profile?: string;
  readonly rerankPairs: number;
  readonly folder: string;
  readonly keep?: string;
  readonly out: string;
  readonly json?: boolean;
}

function addLoad(command: Command): void {
  command
    .command("load")
    .summary("a server under open-loop load: its knee, and 0.5 to 10 times that rate")
    .description(
      "Builds a collection of seeded passages, serves it in a separate process, and sends " +
        "searches, sessions, writes and cancellations at planned times. Finds the highest rate that is " +
        "sustained, then measures at multiples of it. About four minutes, most of them the build.",
    )
    .option("--passages <count>", "passages of the collection", wholeNumber(1000, 1e8), 100_000)
    .option("--tokens <count>", "token vectors per passage", wholeNumber(1, 10_000), 120)
    .option("--words <count>", "words of text per passage", wholeNumber(0, 10_000), 90)
    .option("--seed <seed>", "seed of passages, queries and arrivals", wholeNumber(0, 2 ** 31), 1)
    .option(
      "--seconds <seconds>",
      "duration of each run; trials take half",
      wholeNumber(1, 3600),
      8,
    )
    .option("--start <rate>", "operations per second of the first trial", wholeNumber(1, 1e6), 100)
    .option("--profile <file>", "mix of operations; see bench/load/profiles")
    .option(
      "--rerank-pairs <count>",
      "pairs of runs at half of the knee, without and with half of the searches re-ranked",
      wholeNumber(0, 1000),
      0,
    )
    .option("--folder <folder>", "folder of the temporary collection", tmpdir())
    .option("--keep <folder>", "keep the collection here and reuse it")
    .option("--out <file>", "result file, JSON; plots beside it", "load.json")
    .option("--json", "print the results as JSON")
    .addHelpText("after", "\nExamples:\n  sluice bench load --passages 10000 --seconds 3")
    .action(async (flags: LoadFlags) => {
      const { runLoadBench } = await import("./load/load-bench.js");
      const { loadMarkdown } = await import("./load/render.js");
      const file = await runLoadBench(flags);
      console.log(flags.json === true ? JSON.stringify(file) : loadMarkdown(file));
    });
}

interface CanonicalFlags {
  readonly passages?: number;
  readonly folder: string;
  readonly keep?: string;
  readonly out: string;
  readonly json?: boolean;
}

function addCanonical(command: Command): void {
  command
    .command("canonical")
    .summary("the numbers that versions are compared by, in three minutes")
    .description(
      "Builds 100,000 seeded passages through the write path, serves them, and measures latency, " +
        "recall, memory and the knee over gRPC.",
    )
    .option("--passages <count>", "fewer passages, to check the output", wholeNumber(1000, 100_000))
    .option("--folder <folder>", "folder of the temporary collection", tmpdir())
    .option("--keep <folder>", "keep the collection here and reuse it")
    .option("--out <file>", "result file, JSON", "canonical.json")
    .option("--json", "print the results as JSON")
    .addHelpText("after", "\nExamples:\n  sluice bench canonical --json")
    .action(async ({ passages, ...flags }: CanonicalFlags) => {
      const bench = await import("./load/canonical-bench.js");
      const { canonicalMarkdown } = await import("./load/render.js");
      const size = passages === undefined ? {} : { passages };
      const options = { ...bench.canonicalDefaults, ...flags, ...size };
      const file = await bench.runCanonicalBench(options);
      console.log(flags.json === true ? JSON.stringify(file) : canonicalMarkdown(file));
    });
}

interface QualityFlags {
  readonly models?: string;
  /** False: none. */
  readonly rerankModel?: string | false;
  readonly queries: number;
  readonly folder: string;
  readonly keep?: string;
  readonly out: string;
  readonly json?: boolean;
}

function addQuality(command: Command): void {
  command
    .command("quality <folders...>")
    .summary("nDCG, recall and MRR of each stage on BEIR folders, and calibration of probabilities")
    .description(
      "Ingests each BEIR folder into a server of its own and measures the rankings of BM25, of the " +
        "candidates, of late interaction alone, of the default search and of a cross-encoder.",
    )
    .option("--models <folder>", "models folder of the server (default: models/)")
    .option("--rerank-model <name>", "cross-encoder that is measured (default: the server's)")
    .option("--no-rerank-model", "measure no cross-encoder")
    .option("--queries <count>", "queries per set, evenly spaced", wholeNumber(10, 1e6), 300)
    .option("--folder <folder>", "folder of the temporary collections", tmpdir())
    .option("--keep <folder>", "keep the collections here, and reuse those of an earlier run")
    .option("--out <file>", "result file, JSON, complete after each set", "quality.json")
    .option("--json", "print the results as JSON")
    .addHelpText("after", "\nExamples:\n  sluice bench quality ./scifact ./cranfield")
    .action(async (sets: string[], { json, rerankModel, ...flags }: QualityFlags) => {
      const { runQualityBench } = await import("./quality/quality-bench.js");
      const { qualityMarkdown } = await import("./quality/render.js");
      const { loadConfig } = await import("../src/config/load-config.js");
      const measured = rerankModel ?? loadConfig({ flags: {} }).config.search.rerankModel;
      const file = await runQualityBench({
        ...flags,
        rerankModel: measured === false ? undefined : measured,
        sets,
      });
      console.log(json === true ? JSON.stringify(file) : qualityMarkdown(file));
    });
}

interface PeersFlags {
  readonly data?: string;
  readonly documents: number;
  readonly seeded: number;
  readonly queries: number;
  readonly only?: readonly string[];
  readonly folder: string;
  readonly secondsMax: number;
  readonly out: string;
  readonly json?: boolean;
}

function addPeers(command: Command): void {
  command
    .command("peers")
    .summary("recall against latency, beside other engines on the same vectors")
    .description(
      "Searches the same vectors with Sluice and with the engines that `make bench-peers` has " +
        "installed, one query at a time. Vectors and indexes are kept in the folder, so that an " +
        "interrupted run is resumed.",
    )
    .option("--data <folder>", "BEIR folder, encoded with the embedded model")
    .option("--documents <count>", "documents of the folder to use", wholeNumber(10, 1e6), 2000)
    .option("--seeded <count>", "seeded passages of 32 vectors x 128", wholeNumber(0, 1e6), 0)
    .option("--queries <count>", "queries per set", wholeNumber(10, 1000), 100)
    .option("--only <engines...>", "sluice, numpy, maxsim-cpu, lancedb, next-plaid, ...")
    .option("--folder <folder>", "folder of engines, vectors and indexes", ".cache/peers")
    .option(
      "--seconds-max <seconds>",
      "time limit for a step of one engine",
      wholeNumber(1, 1e5),
      1800,
    )
    .option("--out <file>", "result file, JSON; plots beside it", "peers.json")
    .option("--json", "print the results as JSON")
    .addHelpText("after", "\nExamples:\n  sluice bench peers --data ./scifact --only sluice numpy")
    .action(async ({ json, data, only, ...flags }: PeersFlags) => {
      const { runPeersBench } = await import("./peers/peers-bench.js");
      const { peersMarkdown } = await import("./peers/render.js");
      const file = await runPeersBench({ ...flags, data, only });
      console.log(json === true ? JSON.stringify(file) : peersMarkdown(file));
    });
}

function sizeList(text: string): number[] {
  return text.split(",").map((size) => wholeNumber(1000, 100_000_000)(size.trim()));
}

function codeBits(text: string): CodeBits {
  const bits = Number(text);
  if (bits === 1 || bits === 2 || bits === 4 || bits === 8) return bits;
  throw new InvalidArgumentError("Expected 1, 2, 4 or 8.");
}
