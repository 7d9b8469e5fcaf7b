// The headline numbers in README.md, each with the section of docs/benchmarks.md it is from.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { resultsFolder } from "../../bench/load/result-schema.js";
import type { CanonicalFile } from "../../bench/load/result-schema.js";
import { tableRow } from "../../bench/markdown.js";
import { qualitySchema } from "../../bench/quality/quality-schema.js";

export function headlineMarkdown(): string {
  const canonical = read("canonical.json") as CanonicalFile;
  const quality = qualitySchema.parse(read("quality.json"));
  const crash = read("crash.json") as { rounds: number; acknowledged: number; lost: number };
  const { firstUpdateMs: first, finalMs: final, corpus, machine } = canonical;
  const scifact = quality.sets.find(({ set }) => set === "scifact");
  if (scifact === undefined) throw new Error("bench/results/quality.json has no set scifact");
  const { bm25, blend } = scifact.stages;
  const ndcg = (measures: typeof bm25): string => measures?.ndcg10.toFixed(3) ?? "none";
  const rows = [
    [
      "first update, p50 / p99",
      `${tenths(first.p50)} / ${tenths(first.p99)} ms`,
      "canonical-results",
    ],
    [
      "final update, p50 / p99",
      `${tenths(final.p50)} / ${tenths(final.p99)} ms`,
      "canonical-results",
    ],
    [
      "searches per second with p99 within 200 ms",
      `${canonical.searchesPerSecondAtKnee}`,
      "canonical-results",
    ],
    ["recall@10 of the exhaustive ranking", canonical.recallAt10.toFixed(3), "canonical-results"],
    ["nDCG@10 on scifact: BM25 → default search", `${ndcg(bm25)} → ${ndcg(blend)}`, "quality"],
    [
      `acknowledged writes lost in ${crash.rounds} kills under load`,
      `${crash.lost} of ${crash.acknowledged.toLocaleString("en-US")}`,
      "crash-and-damage-campaigns",
    ],
  ].map(([metric = "", value = "", section = ""]) =>
    tableRow([`[${metric}](docs/benchmarks.md#${section})`, value]),
  );
  return [
    tableRow(["metric", "value"]),
    "|---|---|",
    ...rows,
    "",
    `The first four: ${corpus.passages.toLocaleString("en-US")} passages of ${corpus.tokens} tokens, ` +
      `${corpus.dim} dimensions, over gRPC, on ${machine.cores} cores of ${machine.cpu} with the client on the same machine.`,
  ].join("\n");
}

function tenths(value: number | null): string {
  return value === null ? "none" : value.toFixed(1);
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(resultsFolder, name), "utf8"));
}
