// Evaluates a run of any origin: measures, a table by query, slices, and the regression gate.

import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";

import { SluiceError } from "../../core/errors.js";
import { evaluate, evaluationDefaults } from "../../eval/evaluate.js";
import type { Evaluation } from "../../eval/evaluate.js";
import { checkGate, formatGate, readGate } from "../../eval/gate.js";
import type { GateRow } from "../../eval/gate.js";
import { formatMeasure, parseMeasure } from "../../eval/measures.js";
import type { Measure } from "../../eval/measures.js";
import type { Qrels } from "../../eval/qrels.js";
import type { Run } from "../../eval/run.js";
import { sliceQueries } from "../../eval/slices.js";
import type { QuerySlice } from "../../eval/slices.js";
import { formatTable } from "../../eval/table-lines.js";
import { decimalNumber } from "../option-parsers.js";
import { reportMeasures } from "./answers.js";
import type { SideFile } from "./side-files.js";

export interface JudgeOptions {
  readonly measures: readonly Measure[];
  readonly perQuery?: string;
  readonly gate?: string;
  readonly writeGate?: string;
  readonly ignoreIdenticalIds?: boolean;
  readonly allowance: number;
}

/** Results besides the means, as requested. */
export interface Judgment {
  readonly evaluation: Evaluation;
  readonly slices: readonly QuerySlice[];
  /** Empty without a gate. */
  readonly gate: readonly GateRow[];
  /** Requested files, written after the report is printed. */
  readonly files: readonly SideFile[];
}

export function addJudgeOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--measures <list>", "measures to report")
        .argParser(measureList)
        .default(measureList(""), reportMeasures.join(",")),
    )
    .option("--per-query <file>", "write a table of every query's measures (tab-separated)")
    .option("--gate <file>", "fail if a measure falls by more than its allowance")
    .option("--write-gate <file>", "write a gate file from this result")
    .option(
      "--ignore-identical-ids",
      "ignore the document whose id is the query's, as BEIR does (ArguAna, Quora)",
    )
    .option("--allowance <share>", "for --write-gate", decimalNumber(0, 1), 0.003);
}

/** `labelOf` returns a query's slice; absent when slices were not requested. */
export async function judgeRun(
  run: Run,
  qrels: Qrels,
  options: JudgeOptions & { readonly labelOf?: (query: string) => string | undefined },
): Promise<Judgment> {
  const gate = options.gate === undefined ? undefined : await readGate(options.gate);
  const evaluation = evaluate(run, qrels, { ...evaluationDefaults, measures: options.measures });
  return {
    evaluation,
    files: [
      { path: options.perQuery, text: () => queryTable(evaluation) },
      { path: options.writeGate, text: () => formatGate(evaluation, options.allowance) },
    ],
    slices: options.labelOf === undefined ? [] : sliceQueries(evaluation, options.labelOf),
    gate: gate === undefined ? [] : checkGate(evaluation, gate),
  };
}

export function judgmentJson({ evaluation, slices, gate }: Judgment): object {
  const { measures } = evaluation;
  const bySlice = slices.map(({ name, queryCount, means }) => ({
    name,
    queries: queryCount,
    measures: Object.fromEntries(measures.map((measure, i) => [measure, means[i] ?? 0])),
  }));
  return {
    ...(slices.length === 0 ? {} : { slices: bySlice }),
    ...(gate.length === 0 ? {} : { gate }),
  };
}

/** Means with intervals, then slices and gate if there are any. */
export function judgmentLines({ evaluation, slices, gate }: Judgment): string[] {
  const lines = evaluation.means.map(
    ({ measure, mean, low, high }) =>
      `${measure.padEnd(14)} ${fixed(mean)}  [${fixed(low)}, ${fixed(high)}]`,
  );
  if (evaluation.missingCount > 0)
    lines.push(`${evaluation.missingCount} judged queries have no ranking and count as 0`);
  if (slices.length > 0) {
    const heads = evaluation.measures.map((measure) => measure.padStart(10));
    lines.push(`${"slice".padEnd(28)}${"queries".padStart(8)}${heads.join("")}`);
    for (const { name, queryCount, means } of slices) {
      const cells = means.map((value) => fixed(value).padStart(10));
      lines.push(`${name.padEnd(28)}${String(queryCount).padStart(8)}${cells.join("")}`);
    }
  }
  for (const { measure, value, baseline, allowance, isPassed } of gate) {
    const verdict = isPassed ? "holds" : "FELL";
    const floor = `${fixed(baseline)} less ${fixed(allowance)}`;
    lines.push(`gate ${measure.padEnd(12)} ${verdict}: ${fixed(value)}, at least ${floor}`);
  }
  return lines;
}

/** True when no gate was given, or all of it holds. */
export function isGatePassed({ gate }: Judgment): boolean {
  return gate.every(({ isPassed }) => isPassed);
}

/** Measures by name, starting with those of every report. */
function measureList(text: string): Measure[] {
  const names = [...reportMeasures, ...text.split(",").map((name) => name.trim())];
  const measures = new Map<string, Measure>();
  for (const name of names.filter((known) => known !== "")) {
    try {
      const measure = parseMeasure(name);
      measures.set(formatMeasure(measure), measure);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      throw new InvalidArgumentError(error.message);
    }
  }
  return [...measures.values()];
}

function queryTable({ measures, queries }: Evaluation): string {
  const rows = queries.map(({ query, values }) => [query, ...values]);
  return formatTable([["query", ...measures], ...rows], "tab");
}

function fixed(value: number): string {
  return value.toFixed(4);
}
