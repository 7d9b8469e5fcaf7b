// Live figures from `/metrics`: what happened between two readings.

export interface MetricsReading {
  readonly atMs: number;
  /** By name and labels, as they stand in the text. */
  readonly samples: ReadonlyMap<string, number>;
}

export interface LiveFigures {
  readonly searchesPerSecond: number;
  /** Upper bounds of the histogram's buckets, milliseconds; undefined: no search ended. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly firstP50Ms: number | undefined;
  readonly running: number;
  readonly waiting: number;
}

export function readMetrics(text: string, atMs: number): MetricsReading {
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    const end = line.lastIndexOf(" ");
    if (end > 0 && !line.startsWith("#")) samples.set(line.slice(0, end), Number(line.slice(end)));
  }
  return { atMs, samples };
}

export function figuresBetween(before: MetricsReading, now: MetricsReading): LiveFigures {
  const total = quantiles("sluice_search_seconds", before, now);
  const first = quantiles("sluice_search_first_update_seconds", before, now);
  const seconds = Math.max(0.001, (now.atMs - before.atMs) / 1000);
  return {
    searchesPerSecond: total.count / seconds,
    p50Ms: total.at(0.5),
    p99Ms: total.at(0.99),
    firstP50Ms: first.at(0.5),
    running: sumOf(now, "sluice_searches_running"),
    waiting: sumOf(now, "sluice_searches_waiting"),
  };
}

function sumOf({ samples }: MetricsReading, name: string): number {
  let sum = 0;
  for (const [sample, value] of samples)
    if (sample === name || sample.startsWith(`${name}{`)) sum += value;
  return sum;
}

function quantiles(
  name: string,
  before: MetricsReading,
  now: MetricsReading,
): { readonly count: number; at(share: number): number | undefined } {
  const buckets: { readonly bound: number; readonly count: number }[] = [];
  for (const [sample, value] of now.samples) {
    const bound = /^le="([^"]+)"$/.exec(sample.slice(name.length + "_bucket{".length, -1))?.[1];
    if (bound === undefined || !sample.startsWith(`${name}_bucket{`)) continue;
    const count = value - (before.samples.get(sample) ?? 0);
    buckets.push({ bound: Number(bound.replace("+Inf", "Infinity")), count });
  }
  buckets.sort((a, b) => a.bound - b.bound);
  const count = buckets.at(-1)?.count ?? 0;
  return {
    count,
    at: (share) =>
      count === 0
        ? undefined
        : 1000 * (buckets.find((bucket) => bucket.count >= share * count)?.bound ?? Infinity),
  };
}
