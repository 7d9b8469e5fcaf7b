// The shape of bench/results/scale.json.

import * as z from "zod";

const positive = z.number().min(0);
const quantiles = z.strictObject({ p50: positive, p99: positive });
const share = z.number().min(0).max(1.000_001);

/** Of a size that was broken off, what is known. */
const sizeSchema = z
  .strictObject({
    passages: z.int(),
    ingestPerSecond: positive,
    generatorShare: positive,
    settleSeconds: positive,
    disk: z.strictObject({
      bytesPerPassage: positive,
      timesNeeded: positive,
      segmentCount: z.int(),
    }),
    openMs: positive,
    latency: z.strictObject({
      searches: z.int(),
      firstUpdateMs: quantiles,
      lastUpdateMs: quantiles,
      stagesMs: z.record(z.string(), quantiles),
    }),
    memory: z.strictObject({ rssMiB: positive, ownMiB: positive, filesMiB: z.number() }),
    recall: z.strictObject({
      queries: z.int(),
      exhaustiveMs: quantiles,
      bySketchPool: z.record(
        z.string(),
        z.strictObject({ top10: share, top100: share.optional() }),
      ),
    }),
    load: z.strictObject({
      perSecond: positive,
      quietMs: quantiles,
      mergingMs: quantiles,
      searchesWhileMerging: z.int(),
      replaced: z.int(),
      mergeSeconds: positive,
      segmentsBefore: z.int(),
      segmentsAfter: z.int(),
    }),
    failure: z.string(),
  })
  .partial();

export const scaleSchema = z.strictObject({
  cpu: z.string(),
  cores: z.int(),
  command: z.string(),
  dim: z.int(),
  bits: z.int(),
  tokens: z.int(),
  words: z.int(),
  queryTokens: z.int(),
  sizes: z.array(sizeSchema),
});
