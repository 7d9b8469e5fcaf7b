// Latencies of a run, in a histogram of bounded memory.

import { createHistogram } from "node:perf_hooks";
import * as z from "zod";
import { rounded } from "../scale/summary.js";

/** Milliseconds; null when there was nothing to measure. */
export const latencySchema = z.strictObject({
  p50: z.number().nullable(),
  p99: z.number().nullable(),
  max: z.number().nullable(),
});

export interface Latencies {
  record(ms: number): void;
  figures(): z.infer<typeof latencySchema>;
}

/** Latencies above an hour are counted as an hour. */
const highestMicros = 3600 * 1e6;

/**
 * Node's HdrHistogram (Tene), in microseconds: percentiles are within a thousandth of the exact
 * ones. Values below a microsecond, including negative ones, count as one.
 */
export function createLatencies(): Latencies {
  const histogram = createHistogram({ lowest: 1, highest: highestMicros, figures: 3 });
  const at = (percentile: number): number => rounded(histogram.percentile(percentile) / 1000);
  return {
    record: (ms) => histogram.record(Math.min(highestMicros, Math.max(1, Math.round(ms * 1000)))),
    figures: () =>
      histogram.count === 0
        ? { p50: null, p99: null, max: null }
        : { p50: at(50), p99: at(99), max: rounded(histogram.max / 1000) },
  };
}
