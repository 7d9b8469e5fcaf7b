// Tables of the scale benchmark, from bench/results/scale.json, which `make bench-scale` writes.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../src/core/paths.js";
import type { LatencyResult, RecallResult } from "./measure-search.js";
import type { Summary } from "./summary.js";

export interface ScaleFile {
  readonly cpu: string;
  readonly cores: number;
  readonly command: string;
  readonly dim: number;
  readonly bits: number;
  readonly tokens: number;
  readonly words: number;
  readonly queryTokens: number;
  /** A size that failed has only the results known by then. */
  readonly sizes: readonly Partial<SizeFigures>[];
}

export interface SizeFigures {
  readonly passages: number;
  /** Including the generation of passages in a parallel thread. */
  readonly ingestPerSecond: number;
  /** Share of one core. */
  readonly generatorShare: number;
  /** Duration of the merges that were due after the last passage. */
  readonly settleSeconds: number;
  readonly disk: {
    readonly bytesPerPassage: number;
    /** As a multiple of token codes, sketches and text. */
    readonly timesNeeded: number;
    readonly segmentCount: number;
  };
  /** From the data folder to searchable collections, without threads and models. */
  readonly openMs: number;
  readonly latency: LatencyResult;
  readonly memory: MemoryFigures;
  readonly recall: RecallResult;
  readonly load: LoadFigures;
  /** Why it failed. */
  readonly failure: string;
}

export interface MemoryFigures {
  readonly rssMiB: number;
  readonly ownMiB: number;
  readonly filesMiB: number;
}

export interface LoadFigures {
  /** Scheduled searches per second. */
  readonly perSecond: number;
  readonly quietMs: Summary;
  readonly mergingMs: Summary;
  readonly searchesWhileMerging: number;
  /** Preceding upserts, whose old passages the merge drops. */
  readonly replaced: number;
  readonly mergeSeconds: number;
  readonly segmentsBefore: number;
  readonly segmentsAfter: number;
}

export const scalePath = join(repositoryRoot(), "bench/results/scale.json");

const columns = [
  "passages",
  "first update ms p50 / p99",
  "last update ms p50 / p99",
  "recall@10",
  "open ms",
  "RSS MiB (files)",
  "ingest passages/s",
  "bytes a passage",
  "p99 ms at half load, quiet / while all is merged",
  "merge s",
] as const;

export function scaleMarkdown(file = readScale()): string {
  const rows = file.sizes.map((size) => {
    const { latency, recall, memory, disk, load } = size;
    return [
      size.passages,
      pair(latency?.firstUpdateMs),
      pair(latency?.lastUpdateMs),
      recall?.bySketchPool["256"]?.top10.toFixed(3),
      size.openMs?.toFixed(0),
      memory && `${memory.rssMiB} (${memory.filesMiB})`,
      size.ingestPerSecond,
      disk && `${disk.bytesPerPassage} (${disk.timesNeeded.toFixed(2)} x)`,
      load && `${load.quietMs.p99.toFixed(1)} / ${load.mergingMs.p99.toFixed(1)}`,
      load?.mergeSeconds.toFixed(1),
    ];
  });
  const line = (cells: readonly (string | number | undefined)[]): string =>
    `| ${cells.map((cell) => cell ?? "-").join(" | ")} |`;
  return [
    line(columns),
    `|${columns.map(() => "---").join("|")}|`,
    ...rows.map(line),
    "",
    `Seeded passages of ${file.tokens} tokens x ${file.dim} at ${file.bits} bits with ${file.words} words; queries of ` +
      `${file.queryTokens} token rows and 6 words, ready vectors; recall of the exhaustive MaxSim at a sketch pool of 256; ` +
      `bytes also as a multiple of codes, sketches and text; ${file.cores} cores of ${file.cpu}; \`${file.command}\`.`,
  ].join("\n");
}

export function readScale(): ScaleFile {
  return JSON.parse(readFileSync(scalePath, "utf8")) as ScaleFile;
}

function pair(summary: Summary | undefined): string | undefined {
  return summary && `${summary.p50.toFixed(1)} / ${summary.p99.toFixed(1)}`;
}
