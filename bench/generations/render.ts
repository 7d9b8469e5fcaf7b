// Tables of the benchmarks with a million passages: BM25 and filters.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";

interface Times {
  readonly p50: number;
  readonly p99: number;
}

interface Case {
  readonly workersMs: Times;
  readonly oneThreadMs: Times;
}

interface ResultFile<C extends Case> {
  readonly cpu: string;
  readonly cores: number;
  readonly command: string;
  readonly cases: readonly C[];
}

export function bm25Markdown(): string {
  const file = read<Case & { readonly queries: string }>("bm25.json");
  return [
    "| query | ms p50 / p99, all threads | one thread |",
    "|---|---|---|",
    ...file.cases.map((one) => `| ${one.queries} | ${times(one)} |`),
    "",
    `The exact best 100 of BM25; ${file.cores} cores of ${file.cpu}; \`${file.command}\`.`,
  ].join("\n");
}

export function filtersMarkdown(): string {
  const file = read<Case & { readonly filter: string; readonly share: number }>("filters.json");
  return [
    "| filter | lets through | ms p50 / p99, all threads | one thread |",
    "|---|---|---|---|",
    ...file.cases.map(
      (one) => `| \`${one.filter}\` | ${(100 * one.share).toPrecision(2)} % | ${times(one)} |`,
    ),
    "",
    `One bitmap over all passages; ${file.cores} cores of ${file.cpu}; \`${file.command}\`.`,
  ].join("\n");
}

export function facetsMarkdown(): string {
  const file = read<FacetCase>("facets.json");
  return [
    "| work | processor ms, one thread | ms p50 / p99, all threads | one thread |",
    "|---|---|---|---|",
    ...file.cases.map(
      (one) => `| ${one.work} | ${one.oneThreadMs.cpuMs.toFixed(1)} | ${times(one)} |`,
    ),
    "",
    `${file.cores} cores of ${file.cpu}, which had other work beside; \`${file.command}\`.`,
  ].join("\n");
}

interface FacetCase extends Case {
  readonly work: string;
  readonly oneThreadMs: Times & { readonly cpuMs: number };
}

function read<C extends Case>(name: string): ResultFile<C> {
  const path = join(repositoryRoot(), "bench/results", name);
  return JSON.parse(readFileSync(path, "utf8")) as ResultFile<C>;
}

function times({ workersMs, oneThreadMs }: Case): string {
  return [workersMs, oneThreadMs]
    .map(({ p50, p99 }) => `${p50.toFixed(1)} / ${p99.toFixed(1)}`)
    .join(" | ");
}
