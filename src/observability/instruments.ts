// Names, help texts and buckets of all figures.

import type { CacheFigures } from "../core/bounded-cache.js";
import type * as prometheus from "prom-client";
import type { Counter, Gauge, Histogram } from "prom-client";
import type { LoopDelay } from "./event-loop.js";

// Seconds. Stages last from tens of microseconds to a second; the steps about double.
const secondsBuckets = [
  ...[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64],
  ...[1.28, 2.56, 5.12, 10.24],
];

export interface Instruments {
  readonly searches: Counter<"outcome">;
  readonly searchesRunning: Gauge;
  readonly searchSeconds: Histogram;
  readonly firstUpdateSeconds: Histogram;
  readonly stageSeconds: Histogram<"stage">;
  readonly updates: Counter;
  readonly certificates: Counter<"certificate">;
  readonly degradations: Counter<"reason">;
  readonly documentsWritten: Counter<"collection">;
  readonly passagesWritten: Counter<"collection">;
  readonly documentsDeleted: Counter<"collection">;
  readonly errors: Counter<"reason">;
  readonly calls: Counter<"path" | "status">;
  readonly callSeconds: Histogram<"path">;
  readonly generation: Gauge<"collection">;
  readonly documents: Gauge<"collection">;
  readonly passages: Gauge<"collection">;
  readonly segments: Gauge<"collection">;
  readonly kernel: Gauge<"kernel">;
  readonly build: Gauge<"version">;
  readonly ready: Gauge;
  readonly accessRefusals: Counter<"reason">;
  readonly auditLost: Counter;
  readonly admission: (read: () => AdmissionFigures) => void;
  readonly loopDelay: (read: () => LoopDelay) => void;
  readonly traffic: (read: () => TrafficFigures) => void;
  readonly remoteCalls: Counter<"reranker" | "outcome">;
  readonly remoteSeconds: Histogram<"reranker">;
  readonly breakers: (read: () => ReadonlyMap<string, BreakerFigure>) => void;
  readonly reloads: Counter<"what" | "outcome">;
  readonly certificate: (readMs: () => number) => void;
  readonly caches: (read: () => Readonly<Record<string, CacheFigures>>) => void;
  readonly collections: (read: () => CollectionCountFigures) => void;
  /** A gauge that asks for its values when it is read. */
  readonly queue: (read: () => ReadonlyMap<string, number>) => void;
}

export interface CollectionCountFigures {
  readonly known: number;
  readonly open: number;
  readonly openMax: number;
}

/** State of a circuit breaker. */
export type BreakerFigure = "closed" | "half_open" | "open";

const breakerValues: Readonly<Record<BreakerFigure, number>> = {
  closed: 0,
  half_open: 0.5,
  open: 1,
};

/** What instruments read of the admission of searches. */
export interface AdmissionFigures {
  readonly atWork: number;
  readonly waiting: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  readonly pressure: number;
}

/** What instruments read of requests and answers that lie in memory. */
export interface TrafficFigures {
  readonly heldBytes: number;
  readonly refusedCount: number;
  readonly unreadBytes: number;
  readonly endedCount: number;
}

function addTraffic(
  library: typeof prometheus,
  registers: prometheus.Registry[],
  read: () => TrafficFigures,
): void {
  const gauges = {
    request_bytes: ["heldBytes", "Bytes of requests received and not worked off."],
    unread_answer_bytes: ["unreadBytes", "Bytes of answers that their readers have not taken."],
  } as const;
  for (const [name, [figure, help]] of Object.entries(gauges))
    new library.Gauge({
      name: `sluice_${name}`,
      help,
      registers,
      collect() {
        this.set(read()[figure]);
      },
    });
  const counters = {
    requests_over_budget: ["refusedCount", "Requests refused because others fill the budget."],
    unread_answers_ended: ["endedCount", "Calls ended because others needed what was unread."],
  } as const;
  for (const [name, [figure, help]] of Object.entries(counters))
    new library.Counter({
      name: `sluice_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read()[figure]);
      },
    });
}

function addCacheGauges(
  library: typeof prometheus,
  registers: prometheus.Registry[],
  read: () => Readonly<Record<string, CacheFigures>>,
): void {
  const helps = {
    hits: "Times that a cache had what was asked for.",
    misses: "Times that it had not.",
    entries: "Values in a cache.",
    bytes: "About what they take.",
  };
  for (const [figure, help] of Object.entries(helps) as [keyof CacheFigures, string][])
    new library.Gauge({
      name: `sluice_cache_${figure}`,
      help,
      labelNames: ["cache"],
      registers,
      collect() {
        for (const [cache, figures] of Object.entries(read())) this.set({ cache }, figures[figure]);
      },
    });
}

/** Makes and registers every instrument. */
export function createInstruments(
  library: typeof prometheus,
  registry: prometheus.Registry,
): Instruments {
  const registers = [registry];
  const counter = <Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ) => new library.Counter<Label>({ name: `sluice_${name}`, help, labelNames, registers });
  const gauge = <Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ) => new library.Gauge<Label>({ name: `sluice_${name}`, help, labelNames, registers });
  const seconds = <Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ) =>
    new library.Histogram<Label>({
      name: `sluice_${name}`,
      help,
      labelNames,
      registers,
      buckets: secondsBuckets,
    });
  return {
    searches: counter("searches_total", "Searches by how they ended.", ["outcome"]),
    searchesRunning: gauge("searches_running", "Searches at work or waiting."),
    searchSeconds: seconds("search_seconds", "Time to the final update."),
    firstUpdateSeconds: seconds("search_first_update_seconds", "Time to the first update."),
    stageSeconds: seconds("search_stage_seconds", "Time in each stage.", ["stage"]),
    updates: counter("search_updates_total", "Updates sent."),
    certificates: counter("search_certificates_total", "Final updates by certificate.", [
      "certificate",
    ]),
    degradations: counter("search_degradations_total", "Losses of quality, by reason.", ["reason"]),
    documentsWritten: counter("documents_written_total", "Documents made durable.", ["collection"]),
    passagesWritten: counter("passages_written_total", "Passages made durable.", ["collection"]),
    documentsDeleted: counter("documents_deleted_total", "Documents deleted.", ["collection"]),
    errors: counter("errors_total", "Requests and documents refused or failed.", ["reason"]),
    calls: counter("rpc_calls_total", "RPCs by status.", ["path", "status"]),
    callSeconds: seconds("rpc_call_seconds", "Time of RPCs, streams included.", ["path"]),
    generation: gauge("collection_generation", "Newest generation.", ["collection"]),
    documents: gauge("collection_documents", "Live documents.", ["collection"]),
    passages: gauge("collection_passages", "Live passages.", ["collection"]),
    segments: gauge("collection_segments", "Immutable segments.", ["collection"]),
    kernel: gauge("kernel_info", "1 for the kernels in use.", ["kernel"]),
    build: gauge("build_info", "1 for the running version.", ["version"]),
    ready: gauge("ready", "1 when searches and writes are taken."),
    accessRefusals: counter("access_refusals_total", "Calls turned away at the door.", ["reason"]),
    auditLost: counter("audit_lost_lines_total", "Lines of the audit log that went to the log."),
    caches: (read) => addCacheGauges(library, registers, read),
    loopDelay(read) {
      new library.Gauge({
        name: "sluice_event_loop_delay_seconds",
        help: "How late the event loop was in the last second, by quantile; 1: at most.",
        labelNames: ["quantile"],
        registers,
        collect() {
          const { p50, p90, p99, max } = read();
          for (const [quantile, ms] of Object.entries({ 0.5: p50, 0.9: p90, 0.99: p99, 1: max }))
            this.set({ quantile }, ms / 1000);
        },
      });
    },
    traffic: (read) => addTraffic(library, registers, read),
    reloads: counter("reloads_total", "Files read anew after SIGHUP.", ["what", "outcome"]),
    certificate(readMs) {
      new library.Gauge({
        name: "sluice_tls_certificate_expires_timestamp_seconds",
        help: "End of the server's certificate, Unix time.",
        registers,
        collect() {
          this.set(readMs() / 1000);
        },
      });
    },
    remoteCalls: counter("remote_rerank_calls_total", "Attempts at re-ranking services.", [
      "reranker",
      "outcome",
    ]),
    remoteSeconds: seconds("remote_rerank_seconds", "Time of an attempt.", ["reranker"]),
    breakers(read) {
      new library.Gauge({
        name: "sluice_remote_rerank_breaker",
        help: "0: the service is asked; 0.5: one call tries it; 1: it is not asked for a while.",
        labelNames: ["reranker"],
        registers,
        collect() {
          for (const [reranker, state] of read()) this.set({ reranker }, breakerValues[state]);
        },
      });
    },
    admission(read) {
      new library.Gauge({
        name: "sluice_searches_at_work",
        help: "Searches that have begun and not ended.",
        registers,
        collect() {
          this.set(read().atWork);
        },
      });
      new library.Gauge({
        name: "sluice_searches_waiting",
        help: "Searches that wait for their turn.",
        labelNames: ["priority"],
        registers,
        collect() {
          for (const [priority, count] of Object.entries(read().waiting))
            this.set({ priority }, count);
        },
      });
      new library.Gauge({
        name: "sluice_search_pressure",
        help: "0: no search waits; 1: four rounds of them wait, or more.",
        registers,
        collect() {
          this.set(read().pressure);
        },
      });
      new library.Counter({
        name: "sluice_searches_refused_total",
        help: "Searches turned away before any work.",
        labelNames: ["reason"],
        registers,
        collect() {
          this.reset();
          for (const [reason, count] of Object.entries(read().refused)) this.inc({ reason }, count);
        },
      });
    },
    collections(read) {
      const helps = {
        known: "Collections that the server has.",
        open: "Collections that are open, or on the way there or back.",
        openMax: "Collections that may be open at a time.",
      };
      const names = {
        known: "collections",
        open: "collections_open",
        openMax: "collections_open_max",
      };
      for (const figure of ["known", "open", "openMax"] as const)
        new library.Gauge({
          name: `sluice_${names[figure]}`,
          help: helps[figure],
          registers,
          collect() {
            this.set(read()[figure]);
          },
        });
    },
    queue(read) {
      new library.Gauge({
        name: "sluice_worker_queue_tasks",
        help: "Tasks that wait for a worker.",
        labelNames: ["pool"],
        registers,
        collect() {
          for (const [pool, tasks] of read()) this.set({ pool }, tasks);
        },
      });
    },
  };
}
