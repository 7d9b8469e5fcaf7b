// Schemas of result files. bench/results/schema.json is generated from them, for readers in other
// languages.

import { join } from "node:path";
import * as z from "zod";
import { repositoryRoot } from "../../src/core/paths.js";
import { kernelsSchema } from "../kernels/kernels-schema.js";
import { peersSchema } from "../peers/peers-schema.js";
import { qualitySchema } from "../quality/quality-schema.js";
import { scaleSchema } from "../scale/scale-schema.js";
import { runFiguresSchema } from "./generator.js";
import { machineSchema } from "./machine-schema.js";
import { profileSchema } from "./profile.js";
import { rerankingSchema } from "./rerank-pairs.js";
import { memorySchema } from "./server.js";

const positive = z.number().min(0);

const corpusSchema = z.strictObject({
  passages: z.int(),
  dim: z.int(),
  bits: z.int(),
  tokens: z.int(),
  words: z.int(),
  seed: z.int(),
  queryTokens: z.int(),
});

export const kneeSchema = z.strictObject({
  perSecond: positive,
  rule: z.strictObject({ goodShareMin: positive, finalP99MsMax: positive }),
  trials: z.array(
    z.strictObject({
      offeredPerSecond: positive,
      goodShare: positive,
      finalP99Ms: positive,
    }),
  ),
});

export const loadSchema = z.strictObject({
  machine: machineSchema,
  command: z.string(),
  corpus: corpusSchema,
  profile: profileSchema,
  knee: kneeSchema,
  /** At multiples of the knee's rate, lowest first. */
  runs: z.array(
    runFiguresSchema.extend({
      timesKnee: positive,
      memoryBefore: memorySchema,
      memoryAfter: memorySchema,
    }),
  ),
  /** Absent: not measured. */
  reranking: rerankingSchema.optional(),
  memoryAtStart: memorySchema,
  /** Some seconds after the last run. */
  memoryAtEnd: memorySchema,
});

const quantiles = z.strictObject({ p50: positive, p99: positive });

export const canonicalSchema = z.strictObject({
  machine: machineSchema,
  command: z.string(),
  corpus: corpusSchema,
  /** Sequential searches, over gRPC. */
  firstUpdateMs: quantiles,
  finalMs: quantiles,
  searchesPerSecondAtKnee: positive,
  ingestPassagesPerSecond: positive,
  bytesPerPassage: positive,
  /** Of the server, including resident pages of mapped files. */
  peakRssMiB: positive,
  /** Share of the exhaustive top 10 found by the default search, with vectors only. */
  recallAt10: z.number().min(0).max(1),
  seconds: positive,
});

export type LoadFile = z.infer<typeof loadSchema>;
export type CanonicalFile = z.infer<typeof canonicalSchema>;

export const resultFiles = {
  load: loadSchema,
  canonical: canonicalSchema,
  quality: qualitySchema,
  peers: peersSchema,
  kernels: kernelsSchema,
  scale: scaleSchema,
} as const;

export const resultsFolder = join(repositoryRoot(), "bench/results");

/** JSON Schema of all result files, as text. */
export function resultsJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(z.strictObject(resultFiles), { reused: "ref" }), null, 2)}\n`;
}
