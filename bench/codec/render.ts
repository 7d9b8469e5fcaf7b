// The table of how far codes agree with floats, from bench/results/codec.json, which
// `make bench-codec` writes.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";
import type { CodeBits } from "../../src/kernels/kernels.js";
import { tableRow } from "../markdown.js";

export interface CodecRow {
  /** "seeded", or the set whose texts the embedded model has encoded. */
  readonly set: string;
  /** Of two different rows. */
  readonly meanCosine: number;
  readonly dim: number;
  /** Bits a coordinate, of token codes and of sketches. */
  readonly bits: CodeBits;
  /** Share of the top 10 by float MaxSim that is in the top 10 by codes. */
  readonly recallAt10: number;
  /** Share of the top 10 by float MaxSim that is among the best 128 sketches. */
  readonly sketchTop10In128: number;
}

export interface CodecFile {
  readonly cpu: string;
  readonly command: string;
  readonly rows: readonly CodecRow[];
}

export const codecPath = join(repositoryRoot(), "bench/results/codec.json");

export function codecMarkdown(): string {
  const { rows, cpu, command } = JSON.parse(readFileSync(codecPath, "utf8")) as CodecFile;
  return [
    "| rows | mean cosine | dim | bits | recall@10 of float MaxSim | top 10 among 128 sketches |",
    "|---|---|---|---|---|---|",
    ...rows.map(({ set, meanCosine, dim, bits, recallAt10, sketchTop10In128 }) => {
      const shares = [recallAt10.toFixed(3), sketchTop10In128.toFixed(3)];
      return tableRow([set, ...[meanCosine, dim, bits].map(String), ...shares]);
    }),
    "",
    `500 seeded passages of 32 rows and 200 queries of 16; of a set, the first 500 passages and 200 queries by the embedded model. One thread of ${cpu}; \`${command}\`.`,
  ].join("\n");
}
