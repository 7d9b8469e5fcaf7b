// The tables and plots of bench/results/load.json and canonical.json.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lineChartSvg } from "../../src/eval/line-chart.js";
import type { ChartSeries } from "../../src/eval/line-chart.js";
import { tableRow } from "../markdown.js";
import { resultsFolder } from "./result-schema.js";
import type { CanonicalFile, LoadFile } from "./result-schema.js";

/** Of the given results, default: the committed ones. */
export function loadMarkdown(file: LoadFile = readResult("load") as LoadFile): string {
  const rows = file.runs.map(({ timesKnee, searches, memoryAfter, ...run }) =>
    tableRow([
      `${timesKnee} x`,
      whole(searches.planned / run.seconds),
      whole(run.goodputPerSecond),
      tenths(searches.firstUpdateMs.p50),
      tenths(searches.firstUpdateMs.p99),
      tenths(searches.finalMs.p50),
      tenths(searches.finalMs.p99),
      percent(searches.degraded, searches.completed),
      percent(searches.refused, searches.planned),
      whole(memoryAfter.ownMiB),
      tenths(run.startedLateMs),
    ]),
  );
  const { machine, corpus, profile, knee } = file;
  const violations = file.runs
    .flatMap(({ searches, sessions }) => [searches, sessions])
    .reduce((sum, { contractViolations }) => sum + contractViolations, 0);
  return [
    tableRow([
      ...["load", "searches/s offered", "goodput/s", "first ms p50", "p99", "final ms p50", "p99"],
      ...["degraded", "refused", "own MiB", "late ms p99"],
    ]),
    `|${"---|".repeat(11)}`,
    ...rows,
    "",
    `The knee is at ${whole(knee.perSecond)} operations a second: the highest rate at which ` +
      `${percent(knee.rule.goodShareMin, 1)} of the searches end with a final update within their ` +
      `${profile.budgetMs} ms and the 99th percentile does too. Latencies count from the planned arrival; ` +
      `goodput is what ended in time, poorer answers included; \`late\`: how much later than planned the ` +
      `generator, which has the same cores, came to begin an operation. ${violations} streams broke the contract. ` +
      `${whole(corpus.passages)} passages of ${corpus.tokens} tokens x ${corpus.dim}, profile ` +
      `\`${profile.name}\`; ${machine.cores} cores of ${machine.cpu}, generator included, ` +
      `${machine.loadBefore.toFixed(1)} threads wanted a core before it began; \`${file.command}\`.`,
    ...rerankingLines(file),
  ].join("\n");
}

function rerankingLines({ reranking }: LoadFile): string[] {
  if (reranking === undefined) return [];
  const { perSecond, share, pairs, p99Ratio } = reranking;
  const reranked = pairs.flatMap((pair) => pair.with.reranked ?? []);
  const sum = (pick: (tally: (typeof reranked)[number]) => number): number =>
    reranked.reduce((total, tally) => total + pick(tally), 0);
  return [
    "",
    `With ${percent(share, 1)} of the searches re-ranked, at ${whole(perSecond)} operations a second, the 99th ` +
      `percentile of the others is ${p99Ratio.toFixed(2)} times that without (median of ${pairs.length} pairs ` +
      `of runs with the same operations); ${percent(
        sum(({ degraded }) => degraded),
        sum(({ completed }) => completed),
      )} of the answers to the re-ranked are degraded.`,
  ];
}

export function canonicalMarkdown(
  file: CanonicalFile = readResult("canonical") as CanonicalFile,
): string {
  const { firstUpdateMs: first, finalMs: final, corpus, machine } = file;
  return [
    "| metric | value |",
    "|---|---|",
    `| time to the first update, p50 / p99 | ${tenths(first.p50)} / ${tenths(first.p99)} ms |`,
    `| time to the final update, p50 / p99 | ${tenths(final.p50)} / ${tenths(final.p99)} ms |`,
    `| searches at the knee | ${whole(file.searchesPerSecondAtKnee)} / s |`,
    `| ingest | ${whole(file.ingestPassagesPerSecond)} passages/s |`,
    `| on disk | ${whole(file.bytesPerPassage)} bytes a passage |`,
    `| peak memory, mapped files included | ${whole(file.peakRssMiB)} MiB |`,
    `| recall@10 of the exhaustive ranking | ${file.recallAt10.toFixed(3)} |`,
    "",
    `${whole(corpus.passages)} passages of ${corpus.tokens} tokens x ${corpus.dim}, over gRPC; ${machine.cores} ` +
      `cores of ${machine.cpu}, client included, ${machine.loadBefore.toFixed(1)} threads wanted a core ` +
      `before it began; \`${file.command}\`, ${whole(file.seconds)} s.`,
  ].join("\n");
}

/** Latency over load, and time to the first update over time to the final one. */
export function drawLoad(file: LoadFile, folder: string): void {
  const line = (
    name: string,
    pick: (run: LoadFile["runs"][number]) => number | null,
  ): ChartSeries => ({
    name,
    points: file.runs.map((run) => [run.offeredPerSecond, pick(run) ?? NaN]),
  });
  const offered = { xLabel: "operations a second, offered", xScale: "log" } as const;
  const latency = lineChartSvg({
    title: "Latency against load",
    yLabel: "ms from planned arrival",
    ...offered,
    series: [
      line("first, p50", ({ searches }) => searches.firstUpdateMs.p50),
      line("first, p99", ({ searches }) => searches.firstUpdateMs.p99),
      line("final, p50", ({ searches }) => searches.finalMs.p50),
      line("final, p99", ({ searches }) => searches.finalMs.p99),
    ],
  });
  const goodput = lineChartSvg({
    title: "Goodput against load",
    yLabel: "searches a second in their budget",
    ...offered,
    series: [line("goodput", ({ goodputPerSecond }) => goodputPerSecond)],
  });
  const against = (name: "p50" | "p99"): ChartSeries => ({
    name: `${name}, a point a load`,
    points: file.runs.map(({ searches }) => [
      searches.finalMs[name] ?? NaN,
      searches.firstUpdateMs[name] ?? NaN,
    ]),
  });
  const firstFinal = lineChartSvg({
    title: "Time to the first update against time to the final one",
    xLabel: "final update, ms",
    yLabel: "first update, ms",
    xScale: "log",
    series: [against("p50"), against("p99")],
  });
  writeFileSync(join(folder, "load-latency.svg"), latency);
  writeFileSync(join(folder, "load-goodput.svg"), goodput);
  writeFileSync(join(folder, "load-first-final.svg"), firstFinal);
}

function readResult(name: "load" | "canonical"): unknown {
  return JSON.parse(readFileSync(join(resultsFolder, `${name}.json`), "utf8"));
}

function whole(value: number): string {
  return String(Math.round(value));
}

function tenths(value: number | null): string {
  return value === null ? "none" : value.toFixed(1);
}

function percent(part: number, of: number): string {
  return of === 0 ? "none" : `${((100 * part) / of).toFixed(0)} %`;
}
