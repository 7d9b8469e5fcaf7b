// sluice eval: retrieval quality and latency of a server on judged queries.

import type { Command } from "commander";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { SluiceClient } from "../../client/client.js";
import { loadConfig } from "../../config/load-config.js";
import { SluiceError } from "../../core/errors.js";
import { limits } from "../../core/limits.js";
import { addConnectionOptions, connect, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import type { EvaluationReport, Percentiles } from "../evaluation.js";
import { wholeNumber } from "../option-parsers.js";
import { createProgress } from "../terminal/progress.js";
import { formatMs } from "../terminal/text.js";
import { addCollectionSettings, settingsOf } from "./collections.js";
import type { CollectionSettingsOptions } from "./collections.js";
import { addSearchTuning } from "./search.js";
import type { SearchTuning } from "./search.js";
import { openServer } from "./serve.js";

interface EvalOptions extends ConnectionOptions, CollectionSettingsOptions, SearchTuning {
  readonly data: string;
  readonly collection?: string;
  readonly split: string;
  readonly k: number;
  readonly concurrency: number;
  readonly skipIngest?: boolean;
  readonly config?: string;
  readonly run?: string;
  readonly json?: boolean;
}

export function addEvalCommand(program: Command, context: CliContext): void {
  const command = program
    .command("eval")
    .summary("measure quality and latency on judged queries")
    .description(
      "Ingests a BEIR folder (corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv; .gz too), runs every " +
        "judged query through the Search RPC and prints nDCG@10, recall@100, MRR@10 and latencies. " +
        "Without --server it starts a server of its own on a temporary folder.",
    )
    .requiredOption("--data <folder>", "BEIR folder")
    .option("--split <name>", "judgments to use", "test")
    .option("--collection <name>", "collection to use (default: the folder's name)")
    .option("--skip-ingest", "with --server: the collection is filled already")
    .option("-k <count>", "hits asked for", wholeNumber(1, limits.hitCountMax), 100)
    .option("--concurrency <n>", "queries at a time", wholeNumber(1, 256), 1)
    .option("--run <file>", "write the rankings as a TREC run")
    .option("-c, --config <file>", "options of the temporary server (default: SLUICE_CONFIG)")
    .option("--json", "print exactly one object of JSON")
    .addHelpText("after", examples);
  addSearchTuning(command);
  addCollectionSettings(command);
  addConnectionOptions(command);
  command.action(async (options: EvalOptions) => {
    const measureOn = (client: SluiceClient): Promise<EvalResult> =>
      evaluateOn(client, options, context);
    const result =
      options.server === undefined
        ? await withTemporaryServer(options, context.interrupted, measureOn)
        : await withClient(options, measureOn);
    if (options.json === true) {
      context.printJson(result);
      return;
    }
    for (const line of reportLines(result)) context.print(line);
  });
}

interface EvalResult extends EvaluationReport {
  readonly data: string;
  readonly split: string;
  readonly documents: number;
  readonly ingestSeconds: number;
  readonly kernel: string;
}

async function evaluateOn(
  client: SluiceClient,
  options: EvalOptions,
  context: CliContext,
): Promise<EvalResult> {
  const [{ openBeirFolder }, { readQrels }, evaluation] = await Promise.all([
    import("../../importers/beir.js"),
    import("../../eval/qrels.js"),
    import("../evaluation.js"),
  ]);
  const beir = await openBeirFolder(options.data);
  const qrels = await readQrels(beir.qrelsPath(options.split));
  const queries = await evaluation.readJudgedQueries(beir, qrels);
  if (queries.length === 0) {
    const fault = `${options.data}: the split ${options.split} judges none of the queries`;
    throw new SluiceError("INVALID_INPUT_FILE", fault);
  }
  const collection = options.collection ?? collectionNameOf(options.data);
  const ingestSeconds =
    options.skipIngest === true ? 0 : await ingestCorpus(client, collection, options, context);
  const progress = createProgress({
    ...{ label: "search", unit: "queries", total: queries.length },
    ...{ terminal: context.err, nowMs: context.nowMs },
  });
  const { exhaustive, sketchPoolSize, lexicalPoolSize, lexicalWeight } = options;
  const answers = await evaluation
    .answerQueries({
      ...{ client, collection, queries, concurrency: options.concurrency, k: options.k },
      tuning: definedOf({ exhaustive, sketchPoolSize, lexicalPoolSize, lexicalWeight }),
      ...{ nowMs: context.nowMs, signal: context.interrupted },
      onAnswer: (count) => progress.update(count),
    })
    .finally(() => progress.finish());
  if (options.run !== undefined) {
    const { formatTrecRun } = await import("../../eval/run.js");
    writeFileSync(options.run, formatTrecRun(evaluation.toRun(answers), "sluice"));
  }
  const { documentCount, kernel } = await client.collections.describe(collection);
  const about = { data: resolve(options.data), split: options.split, documents: documentCount };
  return { ...evaluation.sumUp(answers, qrels), ...about, ingestSeconds, kernel };
}

async function ingestCorpus(
  client: SluiceClient,
  collection: string,
  options: EvalOptions,
  context: CliContext,
): Promise<number> {
  const [{ openDocumentInput }, { ingestWithProgress }] = await Promise.all([
    import("../document-input.js"),
    import("../ingest-documents.js"),
  ]);
  const call = { signal: context.interrupted };
  const settings = { ...settingsOf(collection, options), ifNotExists: true };
  await client.collections.create(settings, call);
  const input = await openDocumentInput([options.data]);
  const report = await ingestWithProgress(context, {
    ...{ client, collection, label: "ingest", total: input.lineCount },
    read: (onFault) => input.read(onFault),
  });
  return report.seconds;
}

/** A server in this process, on a folder that is removed afterwards, whatever happens. */
async function withTemporaryServer<T>(
  options: EvalOptions,
  interrupted: AbortSignal,
  use: (client: SluiceClient) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-eval-"));
  try {
    const flags = { data: folder, grpcPort: 0, httpPort: 0, "log.level": "warn" };
    const { config } = loadConfig({ flags: { ...flags, host: "127.0.0.1" }, file: options.config });
    const server = await openServer(config);
    try {
      interrupted.throwIfAborted();
      const client = await connect({ server: `127.0.0.1:${server.grpcPort}` });
      return await use(client).finally(() => client.close());
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The folder's name with only the letters that a collection's name may have. */
function collectionNameOf(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 63);
  return name === "" ? "eval" : name;
}

function definedOf(tuning: {
  readonly [Name in keyof SearchTuning]: SearchTuning[Name] | undefined;
}): SearchTuning {
  return Object.fromEntries(Object.entries(tuning).filter(([, value]) => value !== undefined));
}

function reportLines(result: EvalResult): string[] {
  const times = ({ p50, p99 }: Percentiles): string => `p50 ${formatMs(p50)}, p99 ${formatMs(p99)}`;
  const measure = (name: string, value: number, key: string): string => {
    const [low = 0, high = 0] = result.intervals[key] ?? [];
    return `${name.padEnd(14)} ${value.toFixed(4)}  [${low.toFixed(4)}, ${high.toFixed(4)}]`;
  };
  const certificates = Object.entries(result.certificates).map(
    ([name, count]) => `${count} ${name}`,
  );
  const lines = [
    `${result.queries} queries on ${result.documents} documents, kernel ${result.kernel}`,
    measure("nDCG@10", result.ndcg10, "nDCG@10"),
    measure("recall@100", result.recall100, "R@100"),
    measure("MRR@10", result.mrr10, "RR@10"),
    `search         ${times(result.searchMs)}`,
    `first update   ${times(result.firstUpdateMs)}`,
    ...Object.entries(result.stageMs).map(([stage, ms]) => `  ${stage.padEnd(16)} ${times(ms)}`),
    `certificates   ${certificates.join(", ")}`,
  ];
  const losses = Object.entries(result.degradations).map(([name, count]) => `${count} ${name}`);
  if (losses.length > 0) lines.push(`degraded       ${losses.join(", ")}`);
  if (result.ingestSeconds > 0) lines.push(`ingest         ${result.ingestSeconds.toFixed(1)} s`);
  return lines;
}

const examples = `
Examples:
  sluice eval --data ./scifact
  sluice eval --data ./scifact --bits 4 --exhaustive --json
  sluice eval --data ./scifact --server search:7311 --collection scifact --skip-ingest`;
