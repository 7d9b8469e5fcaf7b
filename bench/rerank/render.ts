// Table of reranking times, from bench/results/rerank.json.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";
import type { Summary } from "../scale/summary.js";
import type { PairFigure } from "./pair-loop.js";

export interface RerankFile {
  readonly cpu: string;
  readonly cores: number;
  /** The cross-encoder. */
  readonly model: string;
  readonly command: string;
  /** Milliseconds without reranking, and with it to the first and to the final ranking. */
  readonly plainMs: Summary;
  readonly firstRerankedMs: Summary;
  readonly rerankedMs: Summary;
  /** Given texts by late interaction: total time, and the minimum for encoding. */
  readonly texts: { readonly count: number; readonly ms: number; readonly encodeMs: number };
  readonly rowsMs: Summary;
  readonly pairs: readonly PairFigure[];
}

export const rerankPath = join(repositoryRoot(), "bench/results/rerank.json");

export function rerankMarkdown(): string {
  const file = JSON.parse(readFileSync(rerankPath, "utf8")) as RerankFile;
  const { plainMs, firstRerankedMs, rerankedMs, texts, rowsMs, pairs } = file;
  const row = (what: string, { p50, p99 }: Summary): string =>
    `| ${what} | ${p50.toFixed(1)} ms | ${p99.toFixed(1)} ms |`;
  const batches = pairs.map(({ batch, msPerPair }) => `${batch}: ${msPerPair.toFixed(1)} ms`);
  return [
    "| work | p50 | p99 |",
    "|---|---|---|",
    row("a search without a cross-encoder, query encoded", plainMs),
    row("to the first re-ranked update", firstRerankedMs),
    row("to the end: 20 pairs of 160 tokens", rerankedMs),
    `| ${texts.count} given texts of 128 tokens by late interaction | ${texts.ms.toFixed(0)} ms | |`,
    row("100 given items of 128 rows, 32 query rows, dim 384", rowsMs),
    "",
    `Encoding alone takes ${((100 * texts.encodeMs) / texts.ms).toFixed(0)} % of the texts' time. ` +
      `A pair on one thread, by pairs a batch: ${batches.join(", ")}. ` +
      `${file.model} on ${file.cores} cores of ${file.cpu}; \`${file.command}\`.`,
  ].join("\n");
}
