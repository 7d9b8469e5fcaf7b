// Tables and plots of the peers benchmark, from bench/results/peers.json.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../src/core/paths.js";
import { lineChartSvg } from "../../src/eval/line-chart.js";
import { tableRow } from "../markdown.js";
import { peersSchema } from "./peers-schema.js";
import type { CurvePoint, EngineFigures, PeersFile, PeersSet } from "./peers-schema.js";

export function peersMarkdown(file: PeersFile = readPeers()): string {
  const { machine } = file;
  return [
    ...file.sets.flatMap((set) => [...setTable(set), "", ...verdicts(set), ""]),
    `One query at a time, encoding not included, each setting after a pass over all queries that is ` +
      `not timed (three for Sluice, which is compiled while it runs); indexing is timed with the ` +
      `vectors in memory. Recall of the exact top 10 by float MaxSim; two ` +
      `cores of ${machine.cpu}, ${machine.loadBefore.toFixed(1)} threads wanted a core before it ` +
      `began; \`${file.command}\`.`,
  ].join("\n");
}

function setTable({ set, passages, rows, dim, queries, engines }: PeersSet): string[] {
  return [
    `${set}: ${passages} passages, ${rows} rows of ${dim}, ${queries} queries`,
    "",
    "| engine | settings | recall@10 | 1 thread ms p50 | 2 threads ms p50 | index s | index MB |",
    "|---|---|---|---|---|---|---|",
    ...engines.flatMap(engineRows),
  ];
}

function engineRows(figures: EngineFigures): string[] {
  const { engine, version, points, indexSeconds, indexBytes, error } = figures;
  const name = engine.startsWith("Sluice") ? engine : `${engine} ${version}`;
  const index = [
    indexSeconds === null ? "" : indexSeconds.toFixed(1),
    indexBytes === null ? "" : (indexBytes / 1e6).toFixed(0),
  ];
  const rows = points
    .filter(({ threads }) => threads === 1)
    .map((point) => {
      const both = points.find(
        ({ settings, threads }) => threads === 2 && settings === point.settings,
      );
      const times = [point.p50Ms.toFixed(2), both === undefined ? "" : both.p50Ms.toFixed(2)];
      return tableRow([name, point.settings, point.recallAt10.toFixed(3), ...times, ...index]);
    });
  if (error === null) return rows;
  return [...rows, tableRow([name, error.replaceAll("|", "/"), "", "", "", ...index])];
}

export interface Comparison {
  readonly peer: string;
  readonly point: CurvePoint;
  /** The fastest point of Sluice with at least the same recall, if there is one. */
  readonly own: CurvePoint | undefined;
  /** How many times as fast it is. */
  readonly ratio: number | undefined;
}

/** Each point of each peer on one thread, with Sluice's fastest of at least the same recall. */
export function compareCurves({ engines }: PeersSet): Comparison[] {
  const onOne = ({ points }: EngineFigures): CurvePoint[] =>
    points.filter(({ threads }) => threads === 1);
  const own = engines.filter(({ engine }) => engine.startsWith("Sluice")).flatMap(onOne);
  return engines
    .filter(({ engine }) => !engine.startsWith("Sluice"))
    .flatMap((peer) =>
      onOne(peer).map((point) => {
        const fastest = own
          .filter(({ recallAt10 }) => recallAt10 >= point.recallAt10)
          .toSorted((a, b) => a.p50Ms - b.p50Ms)[0];
        const ratio = fastest && point.p50Ms / fastest.p50Ms;
        return { peer: peer.engine, point, own: fastest, ratio };
      }),
    );
}

/** Summary of the comparison, including where Sluice is behind. */
function verdicts(set: PeersSet): string[] {
  const comparisons = compareCurves(set);
  const ratios = comparisons.flatMap(({ ratio }) => ratio ?? []);
  const behind = comparisons.filter(({ own, ratio }) => own === undefined || (ratio ?? 0) < 1);
  const lines = behind.map(({ peer, point, own }) =>
    own === undefined
      ? `Behind: no setting here finds what ${peer} (${point.settings}) finds, ${point.recallAt10.toFixed(3)}.`
      : `Behind: ${peer} (${point.settings}) finds ${point.recallAt10.toFixed(3)} in ${point.p50Ms.toFixed(2)} ms, Sluice as much in ${own.p50Ms.toFixed(2)} ms.`,
  );
  if (ratios.length > 0)
    lines.push(
      `At no less recall Sluice is ${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(0)} times as fast as the points of the others, on one thread.`,
    );
  const rates = indexRatios(set);
  if (rates.length > 0)
    lines.push(`Indexing, all threads: ${rates.join(", ")} of Sluice's time at 4 bits.`);
  return lines;
}

function indexRatios({ engines }: PeersSet): string[] {
  const own = engines.find(({ engine }) => engine === "Sluice, 4 bits")?.indexSeconds;
  if (own == null) return [];
  return engines
    .filter(({ engine }) => !engine.startsWith("Sluice"))
    .flatMap(({ engine, indexSeconds }) =>
      indexSeconds === null ? [] : [`${engine} ${(indexSeconds / own).toFixed(1)} times`],
    );
}

/** Latency over recall on one thread, one plot per set. */
export function drawPeers(file: PeersFile, folder: string): void {
  for (const { set, engines } of file.sets) {
    const svg = lineChartSvg({
      title: `Latency over recall, ${set}, one thread`,
      xLabel: "p50 ms of a query",
      yLabel: "recall of the exact top 10",
      xScale: "log",
      series: engines
        .filter(({ points }) => points.length > 0)
        .map(({ engine, points }) => ({
          name: engine,
          points: points
            .filter(({ threads }) => threads === 1)
            .map(({ p50Ms, recallAt10 }) => [p50Ms, recallAt10] as const),
        })),
    });
    writeFileSync(join(folder, `peers-${set}.svg`), svg);
  }
}

function readPeers(): PeersFile {
  const path = join(repositoryRoot(), "bench/results/peers.json");
  return peersSchema.parse(JSON.parse(readFileSync(path, "utf8")));
}
