// Schema of bench/results/kernels.json.

import * as z from "zod";
import type { KernelReport } from "./kernel-figure.js";

const positive = z.number().min(0);

export const kernelsSchema = z.strictObject({
  cpu: z.string(),
  compiler: z.string(),
  node: z.string(),
  figures: z.array(
    z.strictObject({
      kernel: z.enum(["maxSimBatch", "sketchScan", "rotateQuantize", "maxSimFloat"]),
      bits: z.int().min(1).max(32),
      dim: z.int().min(1),
      isa: z.string(),
      access: z.enum(["hot", "dram-sequential", "dram-random", "worker-lmdb-random"]),
      docsPerSecond: positive,
      macsPerSecond: positive,
      bytesPerSecond: positive,
      /** Relative to the lower limit, measured in the same run; null when it cannot be measured. */
      shareOfLimit: positive.nullable(),
      limit: z.string(),
      shape: z.string(),
    }),
  ),
}) satisfies z.ZodType<KernelReport>;
