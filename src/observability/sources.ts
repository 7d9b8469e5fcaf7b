// Metrics whose values are read from their owners at each scrape of /metrics.

import type * as prometheus from "prom-client";
import type { CacheStats } from "../core/lru-cache.js";
import type { WorkerStats } from "../core/worker-stats.js";
import type { LoopDelay } from "./event-loop.js";

/** Functions that return the current values. Each is called at every scrape, so it must be cheap. */
export interface MetricSources {
  /** Open collections; closed ones have no series. */
  readonly openCollections: () => readonly CollectionSizes[];
  readonly collections: () => {
    readonly known: number;
    readonly open: number;
    readonly openMax: number;
  };
  /** By pool. */
  readonly workers: () => Readonly<Record<string, WorkerStats>>;
  readonly admission: () => AdmissionStats;
  readonly caches: () => Readonly<Record<string, CacheStats>>;
  readonly loopDelay: () => LoopDelay;
  /** In [0, 1]. */
  readonly loopUtilization: () => number;
  readonly traffic: () => TrafficStats;
  readonly disk: () => DiskStats;
  /** Circuit breaker state by remote reranker. */
  readonly breakers: () => ReadonlyMap<string, keyof typeof breakerValues>;
  /** Expiry of the server's certificate, milliseconds since 1970; absent for plain text. */
  readonly certificateExpiryMs: () => number | undefined;
}

export interface CollectionSizes {
  readonly name: string;
  readonly generation: number;
  readonly documentCount: number;
  readonly passageCount: number;
  readonly segmentCount: number;
  readonly diskBytes: number;
}

export interface AdmissionStats {
  readonly atWork: number;
  readonly atWorkMax: number;
  readonly waiting: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  readonly pressure: number;
}

/** The file system of the data folder; zeros while it cannot be asked. */
export interface DiskStats {
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** So much of it is used that writes are rejected. */
  readonly areWritesStopped: boolean;
}

/** Request and response bytes in memory. */
export interface TrafficStats {
  readonly heldBytes: number;
  readonly bytesMax: number;
  readonly rejectedCount: number;
  readonly unreadBytes: number;
  readonly endedCount: number;
}

const breakerValues = { closed: 0, half_open: 0.5, open: 1 } as const;

/** One value of a series: the value of its label, if it has one, and its value. */
type Sample = readonly [label: string, value: number];

/** Registers a metric that is read at each scrape. */
type Register = (
  name: string,
  help: string,
  read: () => readonly Sample[],
  options?: { readonly label?: string; readonly isCounter?: boolean },
) => void;

/** Registers the metrics of every source that is given. Each source may be registered once. */
export function registerSources(
  library: typeof prometheus,
  registry: prometheus.Registry,
  sources: Partial<MetricSources>,
): void {
  const register: Register = (name, help, read, { label, isCounter = false } = {}) => {
    const settings = {
      name: `sluice_${name}`,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [registry],
    };
    const labelsOf = (value: string) => (label === undefined ? {} : { [label]: value });
    if (isCounter)
      new library.Counter({
        ...settings,
        collect() {
          this.reset();
          for (const [value, count] of read()) this.inc(labelsOf(value), count);
        },
      });
    else
      new library.Gauge({
        ...settings,
        collect() {
          this.reset();
          for (const [value, amount] of read()) this.set(labelsOf(value), amount);
        },
      });
  };
  registerCollections(register, sources);
  registerSearches(register, sources);
  registerWorkers(register, sources);
  registerDisk(register, sources);
  registerServer(register, sources);
}

function registerCollections(
  register: Register,
  { openCollections, collections }: Partial<MetricSources>,
): void {
  if (openCollections !== undefined) {
    const sizes = (name: string, help: string, sizeOf: (one: CollectionSizes) => number): void =>
      register(name, help, () => openCollections().map((one) => [one.name, sizeOf(one)]), {
        label: "collection",
      });
    sizes("collection_generation", "Newest generation.", (one) => one.generation);
    sizes("collection_documents", "Live documents.", (one) => one.documentCount);
    sizes("collection_passages", "Live passages.", (one) => one.passageCount);
    sizes("collection_segments", "Immutable segments.", (one) => one.segmentCount);
    sizes("collection_disk_bytes", "Bytes of the collection's file.", (one) => one.diskBytes);
  }
  if (collections !== undefined) {
    register("collections", "Collections of the server.", () => one(collections().known));
    register("collections_open", "Collections that are open, opening or closing.", () =>
      one(collections().open),
    );
    register("collections_open_max", "Collections that may be open at a time.", () =>
      one(collections().openMax),
    );
  }
}

function registerWorkers(register: Register, { workers }: Partial<MetricSources>): void {
  if (workers === undefined) return;
  const stats = (
    [name, help]: readonly [string, string],
    valueOf: (stats: WorkerStats) => number,
    isCounter = false,
  ): void =>
    register(
      `worker_${name}`,
      help,
      () => Object.entries(workers()).map(([pool, found]) => [pool, valueOf(found)]),
      { label: "pool", isCounter },
    );
  stats(["threads", "Threads of a worker pool."], ({ threadCount }) => threadCount);
  stats(["queue_tasks", "Tasks queued for a worker pool."], ({ queuedTasks }) => queuedTasks);
  const busy = ["busy_seconds_total", "Time that the threads of a worker pool worked."] as const;
  stats(busy, ({ busyMs }) => busyMs / 1000, true);
}

function registerSearches(
  register: Register,
  { admission, caches, breakers }: Partial<MetricSources>,
): void {
  if (admission !== undefined) {
    register("searches_at_work", "Searches running.", () => one(admission().atWork));
    register("searches_at_work_max", "Searches that may run at a time.", () =>
      one(admission().atWorkMax),
    );
    register("searches_waiting", "Searches queued.", () => Object.entries(admission().waiting), {
      label: "priority",
    });
    register(
      "search_pressure",
      "Queue pressure: 0 = nothing queued, 1 = four rounds or more.",
      () => one(admission().pressure),
    );
    register(
      "searches_refused_total",
      "Searches rejected by admission control.",
      () => Object.entries(admission().refused),
      { label: "reason", isCounter: true },
    );
  }
  if (caches !== undefined) {
    const stats = (name: keyof CacheStats, help: string, isCounter = false): void =>
      register(
        isCounter ? `cache_${name}_total` : `cache_${name}`,
        help,
        () => Object.entries(caches()).map(([cache, values]) => [cache, values[name]]),
        { label: "cache", isCounter },
      );
    stats("hits", "Cache hits.", true);
    stats("misses", "Cache misses.", true);
    stats("entries", "Entries of a cache.");
    stats("bytes", "Approximate bytes of the entries.");
  }
  if (breakers !== undefined)
    register(
      "remote_rerank_breaker",
      "Circuit breaker: 0 = closed, 0.5 = half open, 1 = open.",
      () => Array.from(breakers(), ([name, state]) => [name, breakerValues[state]]),
      { label: "reranker" },
    );
}

function registerDisk(register: Register, { disk }: Partial<MetricSources>): void {
  if (disk === undefined) return;
  register("disk_free_bytes", "Free space of the data folder's disk.", () => one(disk().freeBytes));
  register("disk_size_bytes", "Size of the data folder's disk.", () => one(disk().totalBytes));
  register("writes_stopped", "1 while writes are rejected because the disk is nearly full.", () =>
    one(disk().areWritesStopped ? 1 : 0),
  );
}

function registerServer(
  register: Register,
  { loopDelay, loopUtilization, traffic, certificateExpiryMs }: Partial<MetricSources>,
): void {
  if (loopDelay !== undefined)
    register(
      "event_loop_delay_seconds",
      "Event loop delay over the last second, by percentile; 100 is the maximum.",
      () => {
        const { p50, p90, p99, max } = loopDelay();
        const percentiles = { "50": p50, "90": p90, "99": p99, "100": max };
        return Object.entries(percentiles).map(([percentile, ms]) => [percentile, ms / 1000]);
      },
      // The name "quantile" is reserved for summaries.
      { label: "percentile" },
    );
  if (loopUtilization !== undefined)
    register(
      "event_loop_utilization_ratio",
      "Share of the last second that the main thread worked.",
      () => one(loopUtilization()),
    );
  if (traffic !== undefined) {
    register("request_bytes", "Request bytes received and not fully processed.", () =>
      one(traffic().heldBytes),
    );
    register("request_max_bytes", "Largest number of those bytes.", () => one(traffic().bytesMax));
    register("unread_answer_bytes", "Response bytes that clients have not read.", () =>
      one(traffic().unreadBytes),
    );
    const counter = { isCounter: true };
    register(
      "requests_over_budget_total",
      "Requests rejected because the byte budget was exhausted.",
      () => one(traffic().rejectedCount),
      counter,
    );
    register(
      "unread_answers_ended_total",
      "Calls ended because of unread response bytes.",
      () => one(traffic().endedCount),
      counter,
    );
  }
  if (certificateExpiryMs !== undefined)
    register(
      "tls_certificate_expires_timestamp_seconds",
      "Expiry of the server's certificate, Unix time; absent without TLS.",
      () => {
        const expiryMs = certificateExpiryMs();
        return expiryMs === undefined ? [] : one(expiryMs / 1000);
      },
    );
}

/** The samples of a metric without a label. */
function one(value: number): readonly Sample[] {
  return [["", value]];
}
