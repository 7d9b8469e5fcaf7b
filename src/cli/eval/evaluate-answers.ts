// Runs `sluice eval` on judged queries: one report, or one per value of a swept option.

import { SluiceError } from "../../core/errors.js";
import { loadConfig } from "../../config/load-config.js";
import { evaluate, evaluationDefaults } from "../../eval/evaluate.js";
import type { Evaluation } from "../../eval/evaluate.js";
import type { Qrels } from "../../eval/qrels.js";
import { formatTrecRun } from "../../eval/run.js";
import type { SearchTuning } from "../commands/search.js";
import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { sumUp, toRun } from "./answers.js";
import type { Answer, JudgedQuery } from "./answers.js";
import { isGatePassed, judgeRun, judgmentJson, judgmentLines } from "./judge.js";
import type { JudgeOptions } from "./judge.js";
import { labelsOf } from "./labels.js";
import type { Slicing } from "./labels.js";
import { reportLines } from "./report.js";
import type { EvalSubject } from "./report.js";
import { writeSideFiles } from "./side-files.js";
import { stageReports } from "./stage-reports.js";
import { runSweep, sweepJson, sweepLines, tuneSweep, tuningLines, sweepChart } from "./sweep.js";
import type { Sweep } from "./sweep.js";

export interface ReportOptions extends JudgeOptions {
  readonly run?: string;
  readonly stages?: boolean;
  readonly slice?: Slicing;
  readonly sweep?: Sweep;
  readonly svg?: string;
  readonly tune?: boolean;
  readonly json?: boolean;
}

/** Judged queries, and how to run them. */
export interface EvalWork {
  readonly ask: (
    tuning: SearchTuning,
    how: { readonly label: string; readonly showsStages: boolean },
  ) => Promise<readonly Answer[]>;
  readonly queries: readonly JudgedQuery[];
  readonly qrels: Qrels;
  readonly about: EvalSubject;
}

/** Prints the report. Exit code 1 when a gate was given and does not hold. */
export async function evaluateAnswers(
  work: EvalWork,
  options: ReportOptions,
  context: CliContext,
): Promise<void> {
  if (options.sweep !== undefined) await reportSweep(work, options.sweep, options, context);
  else await reportOnce(work, options, context);
}

async function reportOnce(
  { ask, queries, qrels, about }: EvalWork,
  options: ReportOptions,
  context: CliContext,
): Promise<void> {
  const { slice } = options;
  const showsStages = options.stages === true || slice?.by === "first-stage";
  const answers = await ask({}, { label: "search", showsStages });
  const run = toRun(answers);
  const labelOf = slice && labelsOf(slice, { queries, answers, qrels });
  const judgment = await judgeRun(run, qrels, {
    ...options,
    ...(labelOf === undefined ? {} : { labelOf }),
  });
  const report = sumUp(answers, judgment.evaluation);
  const stages = options.stages === true ? stageReports(answers, qrels, options.measures) : [];
  if (options.json === true)
    context.printJson({
      ...report,
      ...about,
      ...judgmentJson(judgment),
      ...(stages.length === 0 ? {} : { stages }),
    });
  else
    for (const line of reportLines({ report, about, stages, judgment: judgmentLines(judgment) }))
      context.print(line);
  if (!isGatePassed(judgment)) context.setExitCode(exitCodes.failed.code);
  writeSideFiles([
    { path: options.run, text: () => formatTrecRun(run, "sluice") },
    ...judgment.files,
  ]);
}

async function reportSweep(
  { ask, qrels }: EvalWork,
  sweep: Sweep,
  options: ReportOptions,
  context: CliContext,
): Promise<void> {
  const { measures } = options;
  const baseline = baselineOf(sweep);
  if (options.tune === true && !sweep.values.includes(baseline))
    throw new SluiceError(
      "INVALID_FIELD",
      `--tune compares with the default: add ${baseline} to the values of --sweep`,
    );
  const judge = (answers: readonly Answer[]): Evaluation =>
    evaluate(toRun(answers), qrels, { ...evaluationDefaults, measures });
  const points = await runSweep(
    sweep,
    (tuning, label) => ask(tuning, { label, showsStages: false }),
    judge,
  );
  const tuning = options.tune === true ? tuneSweep(points, baseline) : undefined;
  if (options.json === true)
    context.printJson({ ...sweepJson(sweep, points), ...(tuning && { tuning }) });
  else {
    for (const line of sweepLines(sweep, points)) context.print(line);
    if (tuning !== undefined) for (const line of tuningLines(sweep, tuning)) context.print(line);
  }
  writeSideFiles([{ path: options.svg, text: () => sweepChart(sweep, points) }]);
}

function baselineOf({ name }: Sweep): number {
  const { search } = loadConfig({ flags: {}, environment: {} }).config;
  switch (name) {
    case "pool":
      return search.sketchPoolSize;
    case "lexical-pool":
      return search.lexicalPoolSize;
    case "lexical-weight":
      return search.lexicalWeight;
    case "rerank-weight":
      return search.rerankWeight;
    case "rerank-depth":
      return search.rerankDepth;
  }
}
