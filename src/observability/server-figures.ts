// What `sluice top` and the page show of a server, from its metrics.

import type { ScrapeInterval } from "./scrape-interval.js";

/** Rates are a second, times milliseconds, shares in [0, 1]. */
export interface TopFigures {
  readonly seconds: number;
  readonly version: string;
  readonly kernel: string;
  readonly isReady: boolean;
  readonly areWritesStopped: boolean;
  readonly searches: {
    readonly rate: number;
    readonly failedRate: number;
    readonly refusedRate: number;
    readonly degradedRate: number;
    readonly running: number;
    readonly waiting: number;
    readonly pressure: number;
    readonly firstUpdate: Percentiles;
    readonly finalUpdate: Percentiles;
  };
  /** In the order in which they run. */
  readonly stages: readonly (Percentiles & { readonly name: string; readonly rate: number })[];
  readonly documents: {
    readonly writtenRate: number;
    readonly deletedRate: number;
    readonly write: Percentiles;
  };
  readonly workers: readonly {
    readonly name: string;
    readonly threads: number;
    readonly busy: number;
    readonly queued: number;
  }[];
  readonly caches: readonly {
    readonly name: string;
    /** Absent when nothing was looked up. */
    readonly hitRate?: number;
    readonly entries: number;
    readonly bytes: number;
  }[];
  readonly maintenance: { readonly running: readonly string[]; readonly rate: number };
  readonly collections: {
    readonly known: number;
    readonly open: number;
    /** Open ones, the largest first. */
    readonly largest: readonly {
      readonly name: string;
      readonly documents: number;
      readonly passages: number;
      readonly segments: number;
      readonly diskBytes: number;
    }[];
  };
  readonly process: {
    readonly cpu: number;
    readonly memoryBytes: number;
    readonly loopDelayP99Ms: number;
    readonly loopUtilization: number;
  };
  readonly disk: { readonly freeBytes: number; readonly sizeBytes: number };
}

interface Percentiles {
  /** Absent when nothing was measured in the interval. */
  readonly p50?: number | undefined;
  readonly p95?: number | undefined;
  readonly p99?: number | undefined;
}

const stageNames = [
  "queue",
  "encode",
  "lexical",
  "candidates",
  "late_interaction",
  "cross_encoder",
];

export function topFigures(interval: ScrapeInterval): TopFigures {
  const { seconds, total, rate, now } = interval;
  return {
    seconds,
    version: now("sluice_build_info")[0]?.labels["version"] ?? "",
    kernel: now("sluice_kernel_info")[0]?.labels["kernel"] ?? "",
    isReady: total("sluice_ready") > 0,
    areWritesStopped: total("sluice_writes_stopped") > 0,
    searches: searchFigures(interval),
    stages: stageNames.map((name) => ({
      name,
      rate: rate("sluice_search_stage_seconds_count", { stage: name }),
      ...percentiles(interval, "sluice_search_stage_seconds", { stage: name }),
    })),
    documents: {
      writtenRate: rate("sluice_documents_written_total"),
      deletedRate: rate("sluice_documents_deleted_total"),
      write: percentiles(interval, "sluice_document_write_seconds"),
    },
    workers: workerFigures(interval),
    caches: cacheFigures(interval),
    maintenance: {
      running: now("sluice_maintenance_running").flatMap(({ labels, value }) =>
        value > 0 ? [labels["kind"] ?? ""] : [],
      ),
      rate: rate("sluice_maintenance_seconds_count"),
    },
    collections: collectionFigures(interval),
    process: {
      cpu: rate("process_cpu_seconds_total"),
      memoryBytes: total("process_resident_memory_bytes"),
      loopDelayP99Ms: 1000 * valueOf(interval, "sluice_event_loop_delay_seconds", "99"),
      loopUtilization: total("sluice_event_loop_utilization_ratio"),
    },
    disk: {
      freeBytes: total("sluice_disk_free_bytes"),
      sizeBytes: total("sluice_disk_size_bytes"),
    },
  };
}

function searchFigures(interval: ScrapeInterval): TopFigures["searches"] {
  const { rate, total } = interval;
  return {
    rate: rate("sluice_searches_total", { outcome: "ok" }),
    failedRate:
      rate("sluice_searches_total", { outcome: "failed" }) +
      rate("sluice_searches_total", { outcome: "deadline" }),
    refusedRate: rate("sluice_searches_refused_total"),
    degradedRate: rate("sluice_search_degradations_total"),
    running: total("sluice_searches_at_work"),
    waiting: total("sluice_searches_waiting"),
    pressure: total("sluice_search_pressure"),
    firstUpdate: percentiles(interval, "sluice_search_first_update_seconds"),
    finalUpdate: percentiles(interval, "sluice_search_seconds"),
  };
}

function workerFigures({ now, rate }: ScrapeInterval): TopFigures["workers"] {
  return now("sluice_worker_threads").map(({ labels, value: threads }) => {
    const pool = labels["pool"] ?? "";
    const queued = now("sluice_worker_queue_tasks").find((one) => one.labels["pool"] === pool);
    const busy = threads === 0 ? 0 : rate("sluice_worker_busy_seconds_total", { pool }) / threads;
    return { name: pool, threads, busy: Math.min(1, busy), queued: queued?.value ?? 0 };
  });
}

function cacheFigures({ now, added }: ScrapeInterval): TopFigures["caches"] {
  const of = (name: string, cache: string): number =>
    added(name).find(({ labels }) => labels["cache"] === cache)?.value ?? 0;
  return now("sluice_cache_entries").map(({ labels, value: entries }) => {
    const name = labels["cache"] ?? "";
    const hits = of("sluice_cache_hits_total", name);
    const looked = hits + of("sluice_cache_misses_total", name);
    const bytes = now("sluice_cache_bytes").find((one) => one.labels["cache"] === name);
    const figures = { name, entries, bytes: bytes?.value ?? 0 };
    return looked === 0 ? figures : { ...figures, hitRate: hits / looked };
  });
}

function collectionFigures({ now, total }: ScrapeInterval): TopFigures["collections"] {
  const valuesOf = (name: string): Map<string, number> =>
    new Map(now(name).map(({ labels, value }) => [labels["collection"] ?? "", value]));
  const [documents, segments, bytes] = [
    valuesOf("sluice_collection_documents"),
    valuesOf("sluice_collection_segments"),
    valuesOf("sluice_collection_disk_bytes"),
  ];
  const largest = [...valuesOf("sluice_collection_passages")].sort(([, a], [, b]) => b - a);
  return {
    known: total("sluice_collections"),
    open: total("sluice_collections_open"),
    largest: largest.map(([name, passages]) => ({
      name,
      passages,
      documents: documents.get(name) ?? 0,
      segments: segments.get(name) ?? 0,
      diskBytes: bytes.get(name) ?? 0,
    })),
  };
}

function percentiles(
  interval: ScrapeInterval,
  histogram: string,
  labels?: Readonly<Record<string, string>>,
): Percentiles {
  const at = (percentile: number): number | undefined =>
    interval.percentileMs(histogram, percentile, labels);
  return { p50: at(50), p95: at(95), p99: at(99) };
}

function valueOf({ now }: ScrapeInterval, name: string, percentile: string): number {
  return now(name).find(({ labels }) => labels["percentile"] === percentile)?.value ?? 0;
}
