// Quality tables, from bench/results/quality.json, which `make bench-quality` writes.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";
import { tableRow } from "../markdown.js";
import { qualitySchema } from "./quality-schema.js";
import type { QualityFile, QualitySet } from "./quality-schema.js";

const stageNames = {
  bm25: "BM25",
  candidates: "candidates",
  late: "late interaction alone",
  blend: "default search",
  rerank: "re-ranked",
} as const satisfies Record<keyof QualitySet["stages"], string>;

export function qualityMarkdown(file: QualityFile = readQuality()): string {
  const names = Object.keys(stageNames) as (keyof typeof stageNames)[];
  const rows = file.sets.flatMap(({ set, queries, documents, stages }) =>
    names.flatMap((name) => {
      const measures = stages[name];
      if (measures === null) return [];
      const { ndcg10, recall100, mrr10 } = measures;
      const about = [`${set} (${documents} documents, ${queries} queries)`, stageNames[name]];
      return [tableRow([...about, ...[ndcg10, recall100, mrr10].map((one) => one.toFixed(4))])];
    }),
  );
  const { machine, rerankModel } = file;
  const reranked = rerankModel === null ? "" : ` Re-ranked by \`${rerankModel}\`.`;
  return [
    "| set | ranking | nDCG@10 | recall@100 | MRR@10 |",
    "|---|---|---|---|---|",
    ...rows,
    "",
    `Through a server with defaults, encoding included, by \`${file.command}\`: ${timesOf(file)}.${reranked}`,
    `Two processes on ${machine.cores} cores of ${machine.cpu}.`,
  ].join("\n");
}

/** Calibration of the probabilities; lower is better in all columns. */
export function reliabilityMarkdown(file: QualityFile = readQuality()): string {
  return [
    "| set | ranking | map | Brier | of the base rate | ECE |",
    "|---|---|---|---|---|---|",
    ...file.sets.flatMap(({ set, calibration, rerankCalibration }) => [
      ...reliabilityRows([set, "default search"], calibration),
      ...(rerankCalibration ? reliabilityRows([set, "re-ranked"], rerankCalibration) : []),
    ]),
  ].join("\n");
}

function reliabilityRows(
  about: readonly string[],
  calibration: QualitySet["calibration"],
): string[] {
  return (["platt", "isotonic"] as const).map((method) => {
    const { brier, brierOfBase, ece } = calibration[method];
    return tableRow([...about, method, ...[brier, brierOfBase, ece].map((one) => one.toFixed(5))]);
  });
}

function timesOf({ sets }: QualityFile): string {
  return sets
    .map(({ set, firstUpdateMs, searchMs }) => {
      const [first, final] = [firstUpdateMs, searchMs].map(
        ({ p50, p99 }) => `${p50.toFixed(1)} / ${p99.toFixed(1)} ms`,
      );
      return `${set} first update p50 / p99 ${first ?? ""}, final ${final ?? ""}`;
    })
    .join("; ");
}

function readQuality(): QualityFile {
  const path = join(repositoryRoot(), "bench/results/quality.json");
  return qualitySchema.parse(JSON.parse(readFileSync(path, "utf8")));
}
