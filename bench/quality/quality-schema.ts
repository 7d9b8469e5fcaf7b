// Schema of bench/results/quality.json.

import * as z from "zod";
import { machineSchema } from "../load/machine-schema.js";

const share = z.number().min(0).max(1);
const ms = z.strictObject({ p50: z.number().min(0), p99: z.number().min(0) });

const measuresSchema = z.strictObject({ ndcg10: share, recall100: share, mrr10: share });

/** By cross-validation over queries; see src/eval/reliability.ts. */
const reliabilitySchema = z.strictObject({ brier: share, brierOfBase: share, ece: share });

/** One for each kind of map. */
const calibrationSchema = z.strictObject({
  platt: reliabilitySchema,
  isotonic: reliabilitySchema,
});

export const qualitySchema = z.strictObject({
  machine: machineSchema,
  command: z.string(),
  /** The cross-encoder of `rerank`, if there was one. */
  rerankModel: z.string().nullable(),
  sets: z.array(
    z.strictObject({
      set: z.string(),
      documents: z.int().min(1),
      queries: z.int().min(1),
      /** Of the default search, including encoding. */
      searchMs: ms,
      firstUpdateMs: ms,
      /** The last ranking of each stage. */
      stages: z.strictObject({
        bm25: measuresSchema,
        /** By sketches, fused with BM25. */
        candidates: measuresSchema,
        /** MaxSim alone over the pool. */
        late: measuresSchema,
        /** With the lexical part of the score: the default search. */
        blend: measuresSchema,
        /** Null without a cross-encoder. */
        rerank: measuresSchema.nullable(),
      }),
      /** Of probabilities of the default search's top 100, on held-out queries. */
      calibration: calibrationSchema,
      /** The same of re-ranked searches. Null without a cross-encoder. */
      rerankCalibration: calibrationSchema.nullable(),
    }),
  ),
});

export type QualityFile = z.infer<typeof qualitySchema>;
export type QualitySet = QualityFile["sets"][number];
