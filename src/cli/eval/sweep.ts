// Runs the same queries with several values of one option: quality and cost of each.

import { InvalidArgumentError } from "commander";

import type { Evaluation } from "../../eval/evaluate.js";
import { lineChartSvg } from "../../eval/line-chart.js";
import { mean } from "../../eval/statistics.js";
import { tune, tuningDefaults } from "../../eval/tune.js";
import type { Tuning } from "../../eval/tune.js";
import type { SearchTuning } from "../commands/search.js";
import { percentiles } from "./answers.js";
import type { Answer, Percentiles } from "./answers.js";

/** Options that can be swept, by their command line names, and what a value changes. */
const sweepOptions = {
  pool: (value: number) => ({ sketchPoolSize: value }),
  "lexical-pool": (value: number) => ({ lexicalPoolSize: value }),
  "lexical-weight": (value: number) => ({ lexicalWeight: value }),
  "rerank-weight": (value: number) => ({ rerank: { weight: value } }),
  "rerank-depth": (value: number) => ({ rerank: { depth: value } }),
} as const satisfies Record<string, (value: number) => SearchTuning>;

export type SweepName = keyof typeof sweepOptions;

export interface Sweep {
  readonly name: SweepName;
  readonly values: readonly number[];
}

/** Runs all queries with this tuning. */
export type AskAll = (tuning: SearchTuning, label: string) => Promise<readonly Answer[]>;

export interface SweepPoint {
  readonly value: number;
  readonly evaluation: Evaluation;
  readonly searchMs: Percentiles;
  /** Mean share of the exhaustive search's top 10 found in this search's top 10. */
  readonly exactRecall10: number;
}

/** Parses `pool=32,64,128`. */
export function parseSweep(text: string): Sweep {
  const [name = "", list = ""] = text.split("=");
  const values = list.split(",").map((value) => (value.trim() === "" ? NaN : Number(value)));
  if (!isSweepName(name) || values.some((value) => !(value >= 0)))
    throw new InvalidArgumentError(
      `Expected NAME=VALUE,VALUE,... with one of ${Object.keys(sweepOptions).join(", ")}.`,
    );
  return { name, values };
}

/** Runs all queries once per value, and exhaustively for comparison. */
export async function runSweep(
  { name, values }: Sweep,
  ask: AskAll,
  judge: (answers: readonly Answer[]) => Evaluation,
): Promise<SweepPoint[]> {
  const isPool = name === "pool" || name === "lexical-pool";
  const exact = isPool ? firstTen(await ask({ exhaustive: true }, "exhaustive")) : undefined;
  const points: SweepPoint[] = [];
  for (const value of values) {
    const change = sweepOptions[name](value);
    const answers = await ask(change, `${name} ${value}`);
    // A different weight or depth has a different exact ranking.
    const truth =
      exact ?? firstTen(await ask({ ...change, exhaustive: true }, `${name} ${value}, exact`));
    points.push({
      value,
      evaluation: judge(answers),
      searchMs: percentiles(answers.map(({ searchMs }) => searchMs)),
      exactRecall10: mean(answers.map((answer) => share(answer, truth))),
    });
  }
  return points;
}

export function sweepJson({ name }: Sweep, points: readonly SweepPoint[]): object {
  const rows = points.map(({ value, evaluation, searchMs, exactRecall10 }) => ({
    value,
    exactRecall10,
    searchMs,
    measures: Object.fromEntries(evaluation.means.map(({ measure, mean }) => [measure, mean])),
  }));
  return { name, points: rows };
}

export function sweepLines({ name }: Sweep, points: readonly SweepPoint[]): string[] {
  const measures = points[0]?.evaluation.measures ?? [];
  const heads = [...measures, "exact@10", "p50 ms", "p99 ms"].map((head) => head.padStart(10));
  const rows = points.map(({ value, evaluation, searchMs, exactRecall10 }) => {
    const figures = [...evaluation.means.map((row) => row.mean), exactRecall10].map((figure) =>
      figure.toFixed(4),
    );
    const times = [searchMs.p50.toFixed(1), searchMs.p99.toFixed(1)];
    const cells = [...figures, ...times].map((cell) => cell.padStart(10));
    return `${String(value).padEnd(16)}${cells.join("")}`;
  });
  return [`${name.padEnd(16)}${heads.join("")}`, ...rows];
}

/** Measures and recall over the option's value, and over search time. */
export function sweepChart({ name }: Sweep, points: readonly SweepPoint[]): string {
  const measures = points[0]?.evaluation.measures ?? [];
  const lines = measures.map((measure, i) => ({
    name: measure,
    valueOf: (point: SweepPoint) => point.evaluation.means[i]?.mean ?? 0,
  }));
  lines.push({ name: "exact top 10", valueOf: (point) => point.exactRecall10 });
  return lineChartSvg({
    title: `Quality over search time, ${name} ${points.map(({ value }) => value).join(", ")}`,
    xLabel: "search, p50 ms",
    yLabel: "share",
    xScale: "log",
    series: lines.map((line) => ({
      name: line.name,
      points: points.map((point) => [point.searchMs.p50, line.valueOf(point)]),
    })),
  });
}

/** Choice of the swept option by cross-validation; `baseline` is its current value. */
export function tuneSweep(points: readonly SweepPoint[], baseline: number): Tuning {
  return tune(points, { ...tuningDefaults, measure: "nDCG@10", baseline });
}

export function tuningLines({ name }: Sweep, tuning: Tuning): string[] {
  const { best, chosen, comparison } = tuning;
  const { pValue } = comparison.randomization;
  const isGain = comparison.difference > 0 && pValue < 0.05;
  const gain = comparison.difference.toFixed(4);
  return [
    `best ${name} by ${tuning.measure}: ${best} (chosen in the folds: ${chosen.join(", ")})`,
    `gain on held-out queries: ${gain}, p ${pValue.toFixed(4)} by randomization`,
    isGain
      ? `The gain is significant: set ${name} to ${best}.`
      : "Keep the default: no significant gain.",
  ];
}

function firstTen(answers: readonly Answer[]): Map<string, ReadonlySet<string>> {
  return new Map(
    answers.map(({ query, hits }) => [query, new Set(hits.slice(0, 10).map(({ key }) => key))]),
  );
}

function share({ query, hits }: Answer, exact: Map<string, ReadonlySet<string>>): number {
  const wanted = exact.get(query);
  if (wanted === undefined || wanted.size === 0) return 1;
  return hits.slice(0, 10).filter(({ key }) => wanted.has(key)).length / wanted.size;
}

function isSweepName(name: string): name is SweepName {
  return Object.hasOwn(sweepOptions, name);
}
