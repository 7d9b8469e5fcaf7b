// The tables of how far codes agree with floats, from bench/results/codec.json and refine.json, which
// `make bench-codec` and `make bench-refine` write.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";
import type { RefineBits } from "../../src/codec/refine-plane.js";
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

/** Searches of 500 passages with and without the refine plane, one thread. */
export interface RefineRow {
  readonly meanCosine: number;
  readonly dim: number;
  readonly bits: CodeBits;
  readonly refineBits: RefineBits;
  /** Share of the top 10 by float MaxSim that the final ranking has. */
  readonly recallAt10: number;
  readonly refinedRecallAt10: number;
  readonly p50Ms: number;
  readonly refinedP50Ms: number;
}

export interface RefineFile {
  readonly cpu: string;
  readonly command: string;
  readonly rows: readonly RefineRow[];
}

export const refinePath = join(repositoryRoot(), "bench/results/refine.json");

export function refineMarkdown(): string {
  const { rows, cpu, command } = JSON.parse(readFileSync(refinePath, "utf8")) as RefineFile;
  return [
    "| mean cosine | dim | bits | recall@10 of float MaxSim | refined | ms, p50 | refined |",
    "|---|---|---|---|---|---|---|",
    ...rows.map(({ meanCosine, dim, bits, refineBits, ...row }) => {
      const shares = [row.recallAt10.toFixed(4), row.refinedRecallAt10.toFixed(4)];
      const millis = [row.p50Ms.toFixed(2), row.refinedP50Ms.toFixed(2)];
      return tableRow([`${meanCosine}`, `${dim}`, `${bits} + ${refineBits}`, ...shares, ...millis]);
    }),
    "",
    `500 seeded passages of 32 rows, 200 queries of 16, all passages scored, 32 refined; each query both ways in turn, one scoring thread of ${cpu}; \`${command}\`.`,
  ].join("\n");
}
