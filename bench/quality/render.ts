// The quality table of documents, from bench/results/quality.json, which `make bench-quality` writes.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";

/** What `sluice eval --json` printed for one set, and the set's name. */
export interface QualityResult {
  readonly set: string;
  readonly ndcg10: number;
  readonly recall100: number;
  readonly mrr10: number;
  readonly queries: number;
  readonly searchMs: { readonly p50: number; readonly p99: number };
}

export interface QualityFile {
  readonly cpu: string;
  readonly command: string;
  readonly results: readonly QualityResult[];
}

export const qualityPath = join(repositoryRoot(), "bench/results/quality.json");

export function qualityMarkdown(): string {
  const file = JSON.parse(readFileSync(qualityPath, "utf8")) as QualityFile;
  const rows = file.results.map(({ set, queries, ndcg10, recall100, mrr10, searchMs }) => {
    const cells = [set, queries, fixed(ndcg10), fixed(recall100), fixed(mrr10)];
    return `| ${[...cells, searchMs.p50.toFixed(1), searchMs.p99.toFixed(1)].join(" | ")} |`;
  });
  return [
    "| set | queries | nDCG@10 | recall@100 | MRR@10 | search ms p50 | p99 |",
    "|---|---|---|---|---|---|---|",
    ...rows,
    "",
    `Measured through the server with defaults by \`${file.command}\` on two cores of ${file.cpu}; encoding included.`,
  ].join("\n");
}

function fixed(value: number): string {
  return value.toFixed(4);
}
