// Schema of bench/results/peers.json.

import * as z from "zod";
import { machineSchema } from "../load/machine-schema.js";

const positive = z.number().min(0);

const pointSchema = z.strictObject({
  /** In the terms of the engine's documentation. */
  settings: z.string(),
  threads: z.int().min(1),
  /** Mean share of the exact top 10 by float MaxSim. */
  recallAt10: z.number().min(0).max(1),
  /** Sequential queries, without encoding. */
  p50Ms: positive,
  p95Ms: positive,
});

const engineSchema = z.strictObject({
  engine: z.string(),
  version: z.string(),
  /** Indexing with all threads; null without an index, or when it failed. */
  indexSeconds: positive.nullable(),
  indexBytes: z.number().min(0).nullable(),
  points: z.array(pointSchema),
  /** The error, if it failed. */
  error: z.string().nullable(),
});

export const peersSchema = z.strictObject({
  machine: machineSchema,
  command: z.string(),
  sets: z.array(
    z.strictObject({
      set: z.string(),
      passages: z.int().min(1),
      rows: z.int().min(1),
      dim: z.int().min(1),
      queries: z.int().min(1),
      engines: z.array(engineSchema),
    }),
  ),
});

export type PeersFile = z.infer<typeof peersSchema>;
export type PeersSet = PeersFile["sets"][number];
export type EngineFigures = PeersSet["engines"][number];
export type CurvePoint = EngineFigures["points"][number];
