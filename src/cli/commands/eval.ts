// sluice eval: measures retrieval quality and latency of a server on judged queries.

import { searchRequestFields } from "../../contract/search-request.js";
import type { Command } from "commander";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { SluiceClient } from "../../client/client.js";
import { loadConfig } from "../../config/load-config.js";
import { SluiceError } from "../../core/errors.js";
import { limits } from "../../core/limits.js";
import { addConnectionOptions, connect, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { evaluateAnswers } from "../eval/evaluate-answers.js";
import type { EvalWork, ReportOptions } from "../eval/evaluate-answers.js";
import { addJudgeOptions } from "../eval/judge.js";
import { parseSlicing } from "../eval/labels.js";
import { parseSweep } from "../eval/sweep.js";
import { valueOf, wholeNumber } from "../option-parsers.js";
import { createProgressLine } from "../terminal/progress.js";
import { addCollectionSettings, settingsOf } from "./collections.js";
import type { CollectionSettingsOptions } from "./collections.js";
import { addRunCommands } from "./eval-runs.js";
import { addSearchTuning } from "./search.js";
import type { PoolTuning, SearchTuning } from "./search.js";
import { openServer } from "./serve.js";

interface EvalOptions
  extends ConnectionOptions, CollectionSettingsOptions, PoolTuning, ReportOptions {
  readonly data?: string;
  readonly collection?: string;
  readonly split: string;
  readonly k: number;
  readonly concurrency: number;
  readonly queries?: number;
  readonly rerank?: string | true;
  readonly rerankDepth?: number;
  readonly rerankWeight?: number;
  readonly skipIngest?: boolean;
  readonly config?: string;
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
    .option("--data <folder>", "BEIR folder")
    .option("--split <name>", "judgments to use", "test")
    .option("--collection <name>", "collection to use (default: the folder's name)")
    .option("--skip-ingest", "with --server: use the documents of the existing collection")
    .option("-k <count>", "hits per query", wholeNumber(1, limits.hitCountMax), 100)
    .option("--concurrency <n>", "concurrent queries", wholeNumber(1, 256), 1)
    .option("--queries <n>", "use at most n queries, evenly spaced", wholeNumber(1, 1e9))
    .option("--rerank [model]", "rerank with a cross-encoder (the server's default, or this one)")
    .option(
      "--rerank-depth <n>",
      "documents to rerank",
      valueOf(searchRequestFields.rerank.fields.depth),
    )
    .option(
      "--rerank-weight <w>",
      "weight of the cross-encoder in the score",
      valueOf(searchRequestFields.rerank.fields.weight),
    )
    .option("--run <file>", "write the rankings as a TREC run")
    .option("--stages", "also measure the last ranking of each stage")
    .option("--slice <by>", "length, first-stage, score or field:NAME", parseSlicing)
    .option(
      "--sweep <name=values>",
      "pool, lexical-pool, lexical-weight, rerank-weight or rerank-depth",
      parseSweep,
    )
    .option("--svg <file>", "with --sweep: draw quality over search time")
    .option("--tune", "with --sweep: choose a value by cross-validation and test the gain")
    .option("-c, --config <file>", "configuration of the temporary server (default: SLUICE_CONFIG)")
    .option("--json", "print exactly one object of JSON")
    .addHelpText("after", examples);
  addJudgeOptions(command);
  addSearchTuning(command);
  addCollectionSettings(command);
  addConnectionOptions(command);
  addRunCommands(command, context);
  command.action(async (options: EvalOptions) => {
    const { data } = options;
    if (data === undefined)
      return command.error("error: required option '--data <folder>' not specified");
    const measureOn = (client: SluiceClient): Promise<void> =>
      evaluateOn(client, { ...options, data }, context);
    if (options.server === undefined)
      await withTemporaryServer(options, context.interrupted, measureOn);
    else await withClient(options, measureOn);
  });
}

async function evaluateOn(
  client: SluiceClient,
  options: EvalOptions & { readonly data: string },
  context: CliContext,
): Promise<void> {
  const answers = await import("../eval/answers.js");
  const { queries, qrels } = await readJudgments(options);
  const collection = options.collection ?? collectionNameOf(options.data);
  const ingestSeconds =
    options.skipIngest === true ? 0 : await ingestCorpus(client, collection, options, context);
  const { k, concurrency, exhaustive, lexicalWeight } = options;
  const { sketchPoolSize, lexicalPoolSize, refinePoolSize } = options;
  const rerank = rerankOf(options);
  const tuning = definedOf({
    exhaustive,
    sketchPoolSize,
    lexicalPoolSize,
    refinePoolSize,
    lexicalWeight,
    rerank,
  });
  const ask: EvalWork["ask"] = (changed, { label, showsStages }) => {
    const progress = createProgressLine({
      label,
      unit: "queries",
      total: queries.length,
      terminal: context.err,
      nowMs: context.nowMs,
    });
    return answers
      .answerQueries({
        client,
        collection,
        queries,
        concurrency,
        k,
        showsStages,
        ignoresIdenticalIds: options.ignoreIdenticalIds === true,
        tuning: merged(tuning, changed),
        nowMs: context.nowMs,
        signal: context.interrupted,
        onAnswer: (count) => progress.update(count),
      })
      .finally(() => progress.finish());
  };
  const { documentCount: documents, kernel } = await client.collections.describe(collection);
  const { data, split } = options;
  const about = { data: resolve(data), split, documents, ingestSeconds, kernel };
  await evaluateAnswers({ ask, queries, qrels, about }, options, context);
}

/** Reads queries and judgments; rejects ids that no TREC run can contain. */
async function readJudgments(
  options: EvalOptions & { readonly data: string },
): Promise<Pick<EvalWork, "queries" | "qrels">> {
  const [{ openBeirFolder }, { readQrels }, answers] = await Promise.all([
    import("../../importers/beir.js"),
    import("../../eval/qrels.js"),
    import("../eval/answers.js"),
  ]);
  const beir = await openBeirFolder(options.data);
  const judgments = await readQrels(beir.qrelsPath(options.split));
  const queries = await answers.readJudgedQueries(beir, judgments, options.queries);
  if (queries.length === 0) {
    const fault = `${options.data}: the split ${options.split} judges none of the queries`;
    throw new SluiceError("INVALID_INPUT_FILE", fault);
  }
  if (options.run !== undefined)
    await answers.checkRunIds(queries, options.skipIngest === true ? undefined : beir);
  // Queries that were left out on purpose do not count as missing.
  const asked = new Set(queries.map(({ id }) => id));
  const isAsked = ([id]: readonly [string, unknown]): boolean => asked.has(id);
  const qrels = options.queries === undefined ? judgments : new Map([...judgments].filter(isAsked));
  return { queries, qrels };
}

/** Combines tuning options; a changed weight keeps the reranking model. */
function merged(tuning: SearchTuning, changed: SearchTuning): SearchTuning {
  const rerank = changed.rerank && { ...tuning.rerank, ...changed.rerank };
  return { ...tuning, ...changed, ...(rerank && { rerank }) };
}

function rerankOf({ rerank, rerankDepth, rerankWeight }: EvalOptions): SearchTuning["rerank"] {
  if (rerank === undefined) return undefined;
  const model = rerank === true ? "" : rerank;
  return { model, depth: rerankDepth, weight: rerankWeight };
}

async function ingestCorpus(
  client: SluiceClient,
  collection: string,
  options: EvalOptions & { readonly data: string },
  context: CliContext,
): Promise<number> {
  const [{ openBeirFolder }, { openDocumentInput }, { ingestWithProgress }] = await Promise.all([
    import("../../importers/beir.js"),
    import("../document-input.js"),
    import("../ingest-documents.js"),
  ]);
  const call = { signal: context.interrupted };
  const settings = { ...settingsOf(collection, options), ifNotExists: true };
  await client.collections.create(settings, call);
  const beir = await openBeirFolder(options.data);
  const input = await openDocumentInput([beir.corpusPath()]);
  const report = await ingestWithProgress(context, {
    client,
    collection,
    label: "ingest",
    bytesTotal: input.byteCount,
    read: (events) => input.read(events),
  });
  return report.seconds;
}

/** Starts a server in this process on a temporary folder, which is always removed. */
async function withTemporaryServer<T>(
  options: EvalOptions,
  interrupted: AbortSignal,
  use: (client: SluiceClient) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-eval-"));
  try {
    // Repeated queries must be searched again: latencies are those of searches, not of caches.
    const noCaches = { "search.answerCacheBytes": 0, "search.rowCacheBytes": 0 };
    const flags = { data: folder, grpcPort: 0, httpPort: 0, "log.level": "warn" };
    const { config } = loadConfig({
      flags: { ...noCaches, ...flags, host: "127.0.0.1" },
      file: options.config,
    });
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

/** The folder's name, reduced to the characters that a collection's name may have. */
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

const examples = `
Examples:
  sluice eval --data ./scifact
  sluice eval --data ./scifact --bits 4 --exhaustive --json
  sluice eval --data ./scifact --server search:7311 --collection scifact --skip-ingest
  sluice eval --data ./scifact --sweep pool=32,64,128,256 --svg sweep.svg
  sluice eval --data ./scifact --sweep lexical-weight=0,0.1,0.15,0.2,0.3 --tune
  sluice eval --data ./scifact --rerank=my-cross-encoder --stages
  sluice eval --data ./scifact --gate baseline.json
  sluice eval compare before.run after.run --qrels ./scifact/qrels/test.tsv`;
