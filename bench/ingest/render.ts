// The table of ingest rates, from bench/results/ingest.json, which `make bench-ingest` writes.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";

export interface IngestCase {
  readonly type: "float32" | "int8";
  /** Passages per second through the engine's interface. */
  readonly inProcess: number;
  /** Over gRPC to a server that only decodes and counts. */
  readonly bare: number;
  /** Over gRPC into Sluice, durable. */
  readonly served: number;
  /** Over gRPC at half the rate of `served`: from a message's scheduled time to its ack. */
  readonly ackMsAtHalf: { readonly p50: number; readonly p99: number };
}

export interface IngestFile {
  readonly cpu: string;
  readonly cores: number;
  readonly command: string;
  readonly dim: number;
  readonly tokens: number;
  readonly words: number;
  readonly cases: readonly IngestCase[];
}

export const ingestPath = join(repositoryRoot(), "bench/results/ingest.json");

export function ingestMarkdown(): string {
  const file = JSON.parse(readFileSync(ingestPath, "utf8")) as IngestFile;
  const rows = file.cases.map(({ type, inProcess, bare, served, ackMsAtHalf }) => {
    const cells = [type, whole(inProcess), whole(served), whole(bare)];
    const share = `${((100 * served) / bare).toFixed(0)} %`;
    return `| ${[...cells, share, whole(ackMsAtHalf.p50), whole(ackMsAtHalf.p99)].join(" | ")} |`;
  });
  return [
    "| rows | in process, passages/s | over gRPC | bare stream | share | ack ms p50 at half load | p99 |",
    "|---|---|---|---|---|---|---|",
    ...rows,
    "",
    `Passages of ${file.tokens} tokens x ${file.dim} with ${file.words} words, ready vectors, every ack on disk; ` +
      `${file.cores} cores of ${file.cpu}, sender included; \`${file.command}\`.`,
  ].join("\n");
}

function whole(value: number): string {
  return String(Math.round(value));
}
