// Rates and percentiles between two scrapes, as Prometheus computes them.

import type { Exposition, Sample } from "./exposition.js";

export interface Scrape {
  readonly series: Exposition;
  /** Milliseconds of a monotonic clock. */
  readonly atMs: number;
  /** Seconds since 1970, to compare with the server's start. */
  readonly timeSeconds: number;
}

/** What happened between two scrapes; without an earlier one, since the server started. */
export interface ScrapeInterval {
  /** Seconds. */
  readonly seconds: number;
  /** Current samples of a series. */
  readonly now: (name: string) => readonly Sample[];
  /** The same, each with what was added to it. A counter of a server that restarted begins anew. */
  readonly added: (name: string) => readonly Sample[];
  /** Current value, summed over the samples. */
  readonly total: (name: string) => number;
  /** Additions a second, summed over the samples that have these labels. */
  readonly rate: (name: string, labels?: Sample["labels"]) => number;
  /** Percentile of a histogram of seconds, in milliseconds; undefined when nothing was observed. */
  readonly percentileMs: (
    histogram: string,
    percentile: number,
    labels?: Sample["labels"],
  ) => number | undefined;
}

export function intervalOf(before: Scrape | undefined, after: Scrape): ScrapeInterval {
  const now = (name: string): readonly Sample[] => after.series.get(name) ?? [];
  const added = (name: string): readonly Sample[] => {
    const earlier = new Map(before?.series.get(name)?.map((one) => [keyOf(one.labels), one.value]));
    return now(name).map(({ labels, value }) => {
      const from = earlier.get(keyOf(labels)) ?? 0;
      return { labels, value: value < from ? value : value - from };
    });
  };
  const [start] = now("process_start_time_seconds");
  const seconds =
    before === undefined
      ? after.timeSeconds - (start?.value ?? NaN)
      : (after.atMs - before.atMs) / 1000;
  return {
    seconds,
    now,
    added,
    total: (name) => sum(now(name)),
    rate: (name, labels = {}) =>
      sum(added(name).filter((one) => hasLabels(one, labels))) / Math.max(seconds, 0.001),
    percentileMs(histogram, percentile, labels = {}) {
      const buckets = added(`${histogram}_bucket`).filter((one) => hasLabels(one, labels));
      const seconds = quantile(percentile / 100, mergedBuckets(buckets));
      return seconds === undefined ? undefined : 1000 * seconds;
    },
  };
}

function keyOf(labels: Sample["labels"]): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function hasLabels({ labels }: Sample, wanted: Sample["labels"]): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

function sum(samples: readonly Sample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}

type Bucket = readonly [upper: number, cumulativeCount: number];

/** Buckets of series that differ in other labels, added up. */
function mergedBuckets(samples: readonly Sample[]): Bucket[] {
  const counts = new Map<number, number>();
  for (const { labels, value } of samples) {
    const upper = labels["le"] === "+Inf" ? Infinity : Number(labels["le"]);
    counts.set(upper, (counts.get(upper) ?? 0) + value);
  }
  return [...counts].sort(([a], [b]) => a - b);
}

/**
 * Linear within the bucket, as `histogram_quantile`; the last finite bound for what lies beyond it.
 */
function quantile(share: number, buckets: readonly Bucket[]): number | undefined {
  const count = buckets.at(-1)?.[1] ?? 0;
  if (count === 0) return undefined;
  const rank = share * count;
  let [lower, below] = [0, 0];
  for (const [upper, cumulative] of buckets) {
    if (cumulative >= rank) {
      if (upper === Infinity) return lower;
      const within = cumulative - below;
      return within === 0 ? upper : lower + ((upper - lower) * (rank - below)) / within;
    }
    [lower, below] = [upper, cumulative];
  }
  return lower;
}
