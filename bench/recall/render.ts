// The table of promised and found recall, from bench/results/recall.json, which `make bench-recall` writes.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";

export interface RecallPromise {
  readonly minRecall: number;
  /** Chosen sketch pool; absent when everything is scored. */
  readonly poolSize?: number | undefined;
  /** Mean number of passages scored by MaxSim. */
  readonly scoredMean: number;
  /** Mean recall of the exact top 10, on held-out queries. */
  readonly heldBackRecall: number;
  /** Share of held-out queries with at least the promised recall. */
  readonly keptShare: number;
}

export interface RecallSet {
  readonly set: string;
  readonly passageCount: number;
  /** BM25 candidates that are also in the pool. */
  readonly lexicalPoolSize: number;
  readonly heldBackCount: number;
  readonly calibrations: readonly {
    readonly samples: "queries" | "drawn sentences";
    readonly sampleCount: number;
    readonly confidence: number;
    readonly seconds: number;
    readonly pools: readonly {
      readonly poolSize: number;
      readonly recall: number;
      readonly recallLowerBound: number;
      readonly heldBackRecall: number;
      readonly keptShare: number;
    }[];
    readonly promises: readonly RecallPromise[];
  }[];
  /** Share of held-out queries with the promised recall, mean over random halves. */
  readonly splits: readonly {
    readonly minRecall: number;
    readonly count: number;
    readonly keptShare: number;
  }[];
}

export interface RecallFile {
  readonly cpu: string;
  readonly cores: number;
  readonly command: string;
  readonly sets: readonly RecallSet[];
}

export const recallPath = join(repositoryRoot(), "bench/results/recall.json");

export function recallMarkdown(): string {
  const file = JSON.parse(readFileSync(recallPath, "utf8")) as RecallFile;
  const rows = file.sets.flatMap((one) => one.calibrations.flatMap((by) => rowsOf(one, by)));
  const [first] = file.sets;
  const confidence = 100 * (first?.calibrations[0]?.confidence ?? 0);
  const splitCount = first?.splits[0]?.count ?? 0;
  return [
    "| set (passages) | calibrated on | `min_recall` | pool chosen: by sketch + by words | passages scored | recall@10, held back | promise kept | over many splits |",
    "|---|---|---|---|---|---|---|---|",
    ...rows,
    "",
    `Promised for ${confidence.toFixed(0)} % of queries like the samples, and measured on other queries of the same set: in one split, and in the mean of ${splitCount} random halves. ` +
      `${file.cores} cores of ${file.cpu}; \`${file.command}\`.`,
  ].join("\n");
}

function rowsOf(
  { set, passageCount, lexicalPoolSize, heldBackCount, splits }: RecallSet,
  { samples, sampleCount, promises }: RecallSet["calibrations"][number],
): string[] {
  return promises.map(({ minRecall, poolSize, scoredMean, heldBackRecall, keptShare }) => {
    const pool = poolSize === undefined ? "all" : `${poolSize} + ${lexicalPoolSize}`;
    const split = splits.find((one) => one.minRecall === minRecall);
    const many = samples === "queries" && split !== undefined ? percent(split.keptShare) : "";
    const cells = [`${set} (${passageCount})`, `${sampleCount} ${samples}`];
    cells.push(minRecall.toFixed(1), pool, scoredMean.toFixed(0), heldBackRecall.toFixed(4));
    cells.push(`${percent(keptShare)} of ${heldBackCount}`, many);
    return `| ${cells.join(" | ")} |`;
  });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
