// The table of what streaming costs, from bench/results/stream.json.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";

type Ways = Readonly<Record<"finalOnly" | "byDefault" | "everyUpdate", number>>;

export interface StreamFile {
  readonly cpu: string;
  readonly cores: number;
  readonly command: string;
  /** Medians over rounds in turn. */
  readonly searchesPerSecond: Ways;
  readonly updatesPerSearch: Ways;
  /** Milliseconds from a cancel until no thread works for the search. */
  readonly cancelMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

export const streamPath = join(repositoryRoot(), "bench/results/stream.json");

export function streamMarkdown(): string {
  const file = JSON.parse(readFileSync(streamPath, "utf8")) as StreamFile;
  const { searchesPerSecond: rates, updatesPerSearch: updates, cancelMs } = file;
  const row = (what: string, way: keyof Ways): string => {
    const share = `${((100 * rates[way]) / rates.finalOnly).toFixed(1)} %`;
    return `| ${what} | ${updates[way].toFixed(1)} | ${rates[way].toFixed(0)} | ${share} |`;
  };
  return [
    "| updates sent | a search | searches/s | of the first row |",
    "|---|---|---|---|",
    row("the final one", "finalOnly"),
    row("as by default", "byDefault"),
    row("every one", "everyUpdate"),
    "",
    `A cancelled search costs worker time for ${cancelMs.p50.toFixed(1)} ms (p50), ${cancelMs.p99.toFixed(1)} ms (p99), ` +
      `${cancelMs.max.toFixed(1)} ms at most; ${file.cores} cores of ${file.cpu}, client included; \`${file.command}\`.`,
  ].join("\n");
}
