// sluice calibrate scores: fits a map from scores to probabilities on judged queries, and stores
// it.

import { searchRequestFields } from "../../contract/search-request.js";
import { Option } from "commander";
import type { Command } from "commander";
import { writeFileSync } from "node:fs";
import type { SluiceClient } from "../../client/client.js";
import type { ClientScoreMap } from "../../client/score-maps.js";
import { loadConfig } from "../../config/load-config.js";
import { SluiceError } from "../../core/errors.js";
import { limits } from "../../core/limits.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { readJudgedQueries } from "../eval/answers.js";
import {
  betterFit,
  calibrationMethods,
  fitScores,
  reliabilitySvg,
  sampleScores,
  scoreFitLines,
} from "../eval/score-samples.js";
import type { ScoreFit } from "../eval/score-samples.js";
import { valueOf, wholeNumber } from "../option-parsers.js";
import { createProgressLine } from "../terminal/progress.js";

interface ScoresOptions extends ConnectionOptions {
  readonly data?: string;
  readonly split: string;
  readonly queries?: number;
  readonly k: number;
  readonly relevantFrom: number;
  readonly lexicalWeight?: number;
  readonly rerank?: string;
  readonly rerankWeight?: number;
  readonly method?: (typeof calibrationMethods)[number];
  readonly folds: number;
  readonly seed: number;
  readonly svg?: string;
  readonly dryRun?: boolean;
  readonly clear?: boolean;
  readonly json?: boolean;
}

export function addCalibrateScores(group: Command, context: CliContext): void {
  const weight = valueOf(searchRequestFields.lexicalWeight);
  const command = group
    .command("scores <collection>")
    .description(
      "Fits a map from scores to probabilities of relevance on the judged queries of a BEIR folder " +
        "and keeps it with the collection, so that hits carry a probability and searches take " +
        "--min-probability. Unjudged results count as not relevant. Metrics are of queries " +
        "held back.",
    )
    .option("--data <folder>", "BEIR folder with queries.jsonl and qrels/SPLIT.tsv")
    .option("--split <name>", "judgments to use", "test")
    .option("--queries <n>", "use at most n queries, evenly spaced", wholeNumber(1, 1e9))
    .option("-k <count>", "results per query", wholeNumber(1, limits.hitCountMax), 100)
    .option(
      "--relevant-from <gain>",
      "lowest gain that counts as relevant",
      wholeNumber(1, 1000),
      1,
    )
    .option(
      "--lexical-weight <w>",
      "lexical weight of the searches (default: search.lexicalWeight)",
      weight,
    )
    .option("--rerank <model>", "cross-encoder of the searches")
    .option(
      "--rerank-weight <w>",
      "its weight (default: search.rerankWeight)",
      valueOf(searchRequestFields.rerank.fields.weight),
    )
    .addOption(
      new Option("--method <name>", "the map (default: the better one)").choices(
        calibrationMethods,
      ),
    )
    .option("--folds <n>", "folds of the cross-validation", wholeNumber(2, 100), 5)
    .option("--seed <n>", "seed of the folds", wholeNumber(0, 2 ** 32 - 1), 2026)
    .option("--svg <file>", "draw the reliability diagram")
    .option("--dry-run", "measure only, store nothing")
    .option("--clear", "delete all maps of the collection instead")
    .option("--json", "print one object of JSON");
  addConnectionOptions(command);
  command.action(async (name: string, options: ScoresOptions) => {
    const { data } = options;
    if (data === undefined && options.clear !== true)
      return command.error("error: required option '--data <folder>' not specified");
    await withClient(options, async (client) => {
      if (data === undefined) await clear(client, name, context);
      else
        await calibrateScores(client, { ...options, ...searchesOf(options), name, data }, context);
    });
  });
}

interface Searches {
  readonly lexicalWeight: number;
  readonly rerank: ClientScoreMap["rerank"];
}

/** The kind of searches that the map applies to. */
function searchesOf({ lexicalWeight, rerank: model, rerankWeight }: ScoresOptions): Searches {
  const { search } = loadConfig({ flags: {} }).config;
  return {
    lexicalWeight: lexicalWeight ?? search.lexicalWeight,
    rerank:
      model === undefined ? undefined : { model, weight: rerankWeight ?? search.rerankWeight },
  };
}

interface Work extends Omit<ScoresOptions, keyof Searches>, Searches {
  readonly name: string;
  readonly data: string;
}

async function clear(client: SluiceClient, name: string, context: CliContext): Promise<void> {
  await client.collections.setScoreMaps(name, [], { signal: context.interrupted });
  context.print(`hits of ${name} no longer have probabilities`);
}

async function calibrateScores(
  client: SluiceClient,
  options: Work,
  context: CliContext,
): Promise<void> {
  const { name, method, folds: foldCount, seed } = options;
  const samples = await readSamples(client, options, context);
  const fits = fitScores(samples, { foldCount, seed });
  const chosen = fits.find((fit) => fit.method === method) ?? betterFit(fits);
  const calibration: ClientScoreMap = {
    map: chosen.map,
    lexicalWeight: options.lexicalWeight,
    rerank: options.rerank,
    queryCount: samples.length,
    resultCount: samples.flat().length,
    brier: chosen.reliability.brier,
    ece: chosen.reliability.ece,
  };
  if (options.dryRun !== true) await keep(client, name, calibration);
  if (options.svg !== undefined) writeFileSync(options.svg, reliabilitySvg(fits, name));
  if (options.json === true) context.printJson(report(fits, calibration));
  else {
    for (const line of scoreFitLines(fits, chosen)) context.print(line);
    context.print(`${samples.length} queries, ${calibration.resultCount} results`);
  }
}

async function readSamples(
  client: SluiceClient,
  options: Work,
  context: CliContext,
): ReturnType<typeof sampleScores> {
  const [{ openBeirFolder }, { readQrels }] = await Promise.all([
    import("../../importers/beir.js"),
    import("../../eval/qrels.js"),
  ]);
  const { name, data, split, k, lexicalWeight, rerank, relevantFrom, folds } = options;
  const beir = await openBeirFolder(data);
  const qrels = await readQrels(beir.qrelsPath(split));
  const queries = await readJudgedQueries(beir, qrels, options.queries);
  if (queries.length < folds)
    throw new SluiceError(
      "INVALID_INPUT_FILE",
      `${data}: the split ${split} judges ${queries.length} of the queries, ${folds} folds need more`,
    );
  const progress = createProgressLine({
    label: "scores",
    unit: "queries",
    total: queries.length,
    terminal: context.err,
    nowMs: context.nowMs,
  });
  return sampleScores({
    client,
    collection: name,
    queries,
    qrels,
    k,
    lexicalWeight,
    rerank,
    relevantFrom,
    signal: context.interrupted,
    onAnswer: (count) => progress.update(count),
  }).finally(() => progress.finish());
}

/** Replaces the map for the same kind of searches; other maps stay. */
async function keep(
  client: SluiceClient,
  name: string,
  calibration: ClientScoreMap,
): Promise<void> {
  const toText = ({ lexicalWeight: lexical, rerank }: ClientScoreMap): string =>
    JSON.stringify([lexical, rerank?.model, rerank?.weight]);
  const { scoreMaps } = await client.collections.describe(name);
  const others = scoreMaps.filter((one) => toText(one) !== toText(calibration));
  await client.collections.setScoreMaps(name, [...others, calibration]);
}

function report(fits: readonly ScoreFit[], calibration: ClientScoreMap): object {
  const { map, ...stored } = calibration;
  return {
    ...stored,
    method: map.method,
    methods: Object.fromEntries(fits.map(({ method, reliability }) => [method, reliability])),
  };
}
