// sluice eval score and eval compare: evaluate run files of any system, without a server.

import type { Command } from "commander";
import type { Comparison } from "../../eval/compare.js";
import type { Evaluation } from "../../eval/evaluate.js";
import type { CliContext } from "../context.js";
import {
  addJudgeOptions,
  isGatePassed,
  judgeRun,
  judgmentJson,
  judgmentLines,
} from "../eval/judge.js";
import type { JudgeOptions } from "../eval/judge.js";
import { writeSideFiles } from "../eval/side-files.js";
import { exitCodes } from "../exit-codes.js";
import { wholeNumber } from "../option-parsers.js";

interface ScoreOptions extends JudgeOptions {
  readonly qrels: string;
  readonly json?: boolean;
}

interface CompareOptions {
  readonly qrels: string;
  readonly measure: string;
  readonly changes: number;
  readonly ignoreIdenticalIds?: boolean;
  readonly json?: boolean;
}

export function addRunCommands(evalCommand: Command, context: CliContext): void {
  const score = evalCommand
    .command("score <run>")
    .summary("measure a TREC run file against judgments")
    .requiredOption("--qrels <file>", "judgments, TREC's or BEIR's format")
    .option("--json", "print exactly one object of JSON");
  addJudgeOptions(score);
  score.action((run: string, options: ScoreOptions) => scoreRun(run, options, context));
  evalCommand
    .command("compare <baseline> <contender>")
    .summary("compare two TREC run files, with the significance of the difference")
    .requiredOption("--qrels <file>", "judgments, TREC's or BEIR's format")
    .option("--measure <name>", "measure to compare by", "nDCG@10")
    .option("--ignore-identical-ids", "ignore documents whose id is the query's, as BEIR does")
    .option("--changes <count>", "queries to list that changed most", wholeNumber(0, 10_000), 10)
    .option("--json", "print exactly one object of JSON")
    .action((baseline: string, contender: string, options: CompareOptions) =>
      compareRuns({ baseline, contender }, options, context),
    );
}

async function scoreRun(path: string, options: ScoreOptions, context: CliContext): Promise<void> {
  const [{ readTrecRun, withoutIdenticalIds }, { readQrels }] = await readers();
  const run = await readTrecRun(path);
  const judgment = await judgeRun(
    options.ignoreIdenticalIds === true ? withoutIdenticalIds(run) : run,
    await readQrels(options.qrels),
    options,
  );
  const { means, queries, missingCount } = judgment.evaluation;
  if (options.json === true)
    context.printJson({
      queries: queries.length,
      missing: missingCount,
      measures: Object.fromEntries(means.map(({ measure, mean }) => [measure, mean])),
      intervals: Object.fromEntries(means.map(({ measure, low, high }) => [measure, [low, high]])),
      ...judgmentJson(judgment),
    });
  else for (const line of judgmentLines(judgment)) context.print(line);
  if (!isGatePassed(judgment)) context.setExitCode(exitCodes.failed.code);
  writeSideFiles(judgment.files);
}

async function compareRuns(
  paths: { readonly baseline: string; readonly contender: string },
  options: CompareOptions,
  context: CliContext,
): Promise<void> {
  const [{ readTrecRun, withoutIdenticalIds }, { readQrels }] = await readers();
  const [{ evaluate, evaluationDefaults }, { parseMeasure, formatMeasure }, comparing] =
    await Promise.all([
      import("../../eval/evaluate.js"),
      import("../../eval/measures.js"),
      import("../../eval/compare.js"),
    ]);
  const parsed = parseMeasure(options.measure);
  const qrels = await readQrels(options.qrels);
  const evaluated = async (path: string): Promise<Evaluation> => {
    const whole = await readTrecRun(path);
    const run = options.ignoreIdenticalIds === true ? withoutIdenticalIds(whole) : whole;
    return evaluate(run, qrels, { ...evaluationDefaults, measures: [parsed] });
  };
  const comparison = comparing.compareEvaluations(
    await evaluated(paths.baseline),
    await evaluated(paths.contender),
    { ...comparing.comparisonDefaults, measure: formatMeasure(parsed) },
  );
  const changes = comparison.changes.slice(0, options.changes);
  if (options.json === true) context.printJson({ ...comparison, changes });
  else for (const line of comparisonLines({ ...comparison, changes })) context.print(line);
}

/** The difference, the queries where it occurs, and its p values. */
export function comparisonLines(comparison: Comparison): string[] {
  const { measure, queryCount, randomization, tTest } = comparison;
  const { winCount, lossCount, tieCount } = comparison;
  const fixed = (value: number): string => value.toFixed(4);
  const sign = comparison.difference < 0 ? "" : "+";
  const means = `${fixed(comparison.baselineMean)} -> ${fixed(comparison.contenderMean)}`;
  return [
    `${measure} over ${queryCount} queries: ${means} (${sign}${fixed(comparison.difference)})`,
    `${winCount} better, ${lossCount} worse, ${tieCount} equal`,
    `p ${fixed(randomization.pValue)} by randomization, ${fixed(tTest.pValue)} by t-test`,
    ...comparison.changes.map(
      ({ query, baseline, contender }) => `  ${query}: ${fixed(baseline)} -> ${fixed(contender)}`,
    ),
  ];
}

async function readers() {
  return Promise.all([import("../../eval/run.js"), import("../../eval/qrels.js")]);
}
