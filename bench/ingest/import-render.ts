// The table of import rates, from bench/results/importers.json, which `make bench-importers` writes.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";

export interface ImportCase {
  readonly label: string;
  /** Size of the file as it is stored. */
  readonly megabytes: number;
  /** Per second of processor time. */
  readonly megabytesPerSecond: number;
  readonly documentsPerSecond: number;
}

export interface ImportersFile {
  readonly cpu: string;
  readonly command: string;
  /** Words per text. */
  readonly words: number;
  readonly cases: readonly ImportCase[];
}

export const importersPath = join(repositoryRoot(), "bench/results/importers.json");

export function importersMarkdown(): string {
  const file = JSON.parse(readFileSync(importersPath, "utf8")) as ImportersFile;
  const rows = file.cases.map(
    ({ label, megabytes, megabytesPerSecond, documentsPerSecond }) =>
      `| ${label} | ${megabytes} | ${Math.round(megabytesPerSecond)} | ${documentsPerSecond} |`,
  );
  return [
    "| file | MB | MB/s | documents/s |",
    "|---|---|---|---|",
    ...rows,
    "",
    `Texts of ${file.words} words with a title and three fields, per second of processor time on one core of ${file.cpu}; \`${file.command}\`.`,
  ].join("\n");
}
