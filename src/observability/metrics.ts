// Metrics of a running server, updated where things happen and rendered at /metrics.

import type { SearchOutcome } from "../contract/slow-searches.js";
import type { CallRecord } from "../core/call-record.js";
import { limits } from "../core/limits.js";
import { createInstruments } from "./instruments.js";
import type { Instruments } from "./instruments.js";
import { registerSources } from "./sources.js";
import type { MetricSources } from "./sources.js";

/** Stages that are timed separately, in order. */
export type MeasuredStage =
  "queue" | "encode" | "lexical" | "candidates" | "late_interaction" | "cross_encoder";

export interface FinishedSearch {
  readonly outcome: SearchOutcome;
  /** From the request's arrival to its end, milliseconds. */
  readonly durationMs: number;
  /** From the request's arrival to the first update; absent when none was sent. */
  readonly firstUpdateMs?: number | undefined;
  /** Updates sent. */
  readonly updateCount: number;
  /** Certificate of the final update; absent when none was sent. */
  readonly certificate?: string | undefined;
  /** Milliseconds in each stage that ran. */
  readonly stageMs?: Readonly<Partial<Record<MeasuredStage, number>>> | undefined;
  readonly degradations?: readonly string[] | undefined;
}

/** Every method is cheap and never throws. */
export interface Metrics {
  searchStarted(): void;
  searchFinished(search: FinishedSearch): void;
  documentsWritten(written: {
    readonly collection: string;
    readonly documentCount: number;
    readonly passageCount: number;
    /** From the request to the acknowledgment. */
    readonly durationMs: number;
  }): void;
  documentsDeleted(deleted: { readonly collection: string; readonly documentCount: number }): void;
  /** A request or document was rejected or failed; `reason` is from the error table. */
  errorReturned(error: { readonly reason: string }): void;
  /** A call of either port ended. */
  callFinished(call: CallRecord): void;
  /** A re-ranking of given texts ended. */
  rerankFinished(rerank: { readonly outcome: SearchOutcome; readonly durationMs: number }): void;
  /** A flush, merge or removal began; the call that it returns notes its end. */
  maintenanceStarted(kind: string): (durationMs: number) => void;
  maintenanceFailed(): void;
  /** `completedMs`: milliseconds since 1970; absent for one that failed. */
  backupEnded(backup: {
    readonly collection: string;
    readonly completedMs?: number | undefined;
  }): void;
  collectionDropped(name: string): void;
  /** An attempt at a remote reranker ended, or its circuit breaker prevented it. */
  remoteCall(call: {
    readonly reranker: string;
    readonly outcome: string;
    readonly durationMs: number;
  }): void;
  /** A file was reloaded, or could not be. */
  reloaded(reload: { readonly what: string; readonly outcome: "ok" | "failed" }): void;
  /** A batch of spans was accepted by the collector, or given up. */
  spansExported(batch: { readonly outcome: "ok" | "failed"; readonly spanCount: number }): void;
  /** Access control rejected a call. */
  callRefused(reason: string): void;
  /** Lines could not be written to the audit log. */
  auditLost(lineCount: number): void;
  kernelChosen(kernel: string): void;
  ready(isReady: boolean): void;
  /** Adds metrics that are read at each scrape. Each source may be added once. */
  observe(sources: Partial<MetricSources>): void;
  /** The body of /metrics. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Loads the metrics library, which takes about 150 ms. All counters start at zero. */
export async function createMetrics(version: string): Promise<Metrics> {
  const library = await import("prom-client");
  const registry = new library.Registry();
  library.collectDefaultMetrics({ register: registry });
  // Gauges whose names end as those of counters do; their kinds are counted without a total.
  for (const kind of ["handles", "requests", "resources"])
    registry.removeSingleMetric(`nodejs_active_${kind}_total`);
  const to = createInstruments(library, registry);
  to.build.set({ version }, 1);
  return {
    ...searchMetrics(to),
    ...documentMetrics(to),
    ...serverMetrics(to),
    observe: (sources) => registerSources(library, registry, sources),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

/** Discards everything; for commands and tests that need no metrics. */
export function createNoMetrics(): Metrics {
  const nothing = (): void => undefined;
  return {
    searchStarted: nothing,
    searchFinished: nothing,
    documentsWritten: nothing,
    documentsDeleted: nothing,
    errorReturned: nothing,
    callFinished: nothing,
    rerankFinished: nothing,
    maintenanceStarted: () => nothing,
    maintenanceFailed: nothing,
    backupEnded: nothing,
    collectionDropped: nothing,
    remoteCall: nothing,
    reloaded: nothing,
    spansExported: nothing,
    callRefused: nothing,
    auditLost: nothing,
    kernelChosen: nothing,
    ready: nothing,
    observe: nothing,
    render: () => Promise.resolve({ contentType: "text/plain; charset=utf-8", text: "" }),
  };
}

function searchMetrics(
  to: Instruments,
): Pick<Metrics, "searchStarted" | "searchFinished" | "rerankFinished"> {
  return {
    searchStarted: () => to.searchesRunning.inc(),
    searchFinished: (search) => countSearch(to, search),
    rerankFinished({ outcome, durationMs }) {
      to.reranks.inc({ outcome });
      if (outcome === "ok") to.rerankSeconds.observe(durationMs / 1000);
    },
  };
}

/** Label of what is beyond the limit of a label; no collection and no key can have this name. */
const otherLabel = "(others)";

/** The first `countMax` values of a label have their own series; the others share one. */
function createLabels(countMax: number): {
  of(value: string): string;
  remove(value: string): void;
} {
  const known = new Set<string>();
  return {
    of(value) {
      if (!known.has(value) && known.size >= countMax) return otherLabel;
      known.add(value);
      return value;
    },
    remove: (value) => void known.delete(value),
  };
}

function documentMetrics(
  to: Instruments,
): Pick<
  Metrics,
  | "documentsWritten"
  | "documentsDeleted"
  | "collectionDropped"
  | "maintenanceStarted"
  | "maintenanceFailed"
  | "backupEnded"
> {
  const { documentsWritten, passagesWritten, documentsDeleted } = to;
  const labels = createLabels(limits.metricCollectionsMax);
  return {
    documentsWritten({ collection: name, documentCount, passageCount, durationMs }) {
      const collection = labels.of(name);
      to.documentWriteSeconds.observe(durationMs / 1000);
      documentsWritten.inc({ collection }, documentCount);
      passagesWritten.inc({ collection }, passageCount);
    },
    documentsDeleted: ({ collection, documentCount }) =>
      documentsDeleted.inc({ collection: labels.of(collection) }, documentCount),
    maintenanceStarted(kind) {
      to.maintenanceRunning.inc({ kind });
      return (durationMs) => {
        to.maintenanceRunning.dec({ kind });
        to.maintenanceSeconds.observe({ kind }, durationMs / 1000);
      };
    },
    maintenanceFailed: () => to.maintenanceFailures.inc(),
    backupEnded({ collection: name, completedMs }) {
      to.backups.inc({ outcome: completedMs === undefined ? "failed" : "ok" });
      if (completedMs !== undefined)
        to.backupTime.set({ collection: labels.of(name) }, completedMs / 1000);
    },
    collectionDropped(collection) {
      labels.remove(collection);
      for (const counter of [documentsWritten, passagesWritten, documentsDeleted])
        counter.remove({ collection });
      to.backupTime.remove({ collection });
    },
  };
}

function serverMetrics(
  to: Instruments,
): Pick<
  Metrics,
  | "errorReturned"
  | "callFinished"
  | "remoteCall"
  | "reloaded"
  | "spansExported"
  | "callRefused"
  | "auditLost"
  | "kernelChosen"
  | "ready"
> {
  const callers = createLabels(limits.metricCallersMax);
  return {
    errorReturned: ({ reason }) => to.errors.inc({ reason }),
    callFinished(call) {
      const { via, path, route = "(none)", status, durationMs, peer = "" } = call;
      if (via === "grpc") {
        to.calls.inc({ path, status });
        to.callSeconds.observe({ path }, durationMs / 1000);
      } else {
        const [method = ""] = path.split(" ", 1);
        to.httpRequests.inc({ route, method, status });
        to.httpSeconds.observe({ route }, durationMs / 1000);
      }
      // Addresses of callers without a key are theirs, and have no end.
      const caller = provenPeer.test(peer) ? callers.of(peer) : "(none)";
      to.callerCalls.inc({ caller, outcome: outcomeOf(call) });
      to.callerSeconds.inc({ caller }, durationMs / 1000);
    },
    remoteCall({ reranker, outcome, durationMs }) {
      to.remoteCalls.inc({ reranker, outcome });
      if (outcome !== "refused") to.remoteSeconds.observe({ reranker }, durationMs / 1000);
    },
    reloaded: (reload) => to.reloads.inc(reload),
    spansExported: ({ outcome, spanCount }) => to.spans.inc({ outcome }, spanCount),
    callRefused: (reason) => to.accessRefusals.inc({ reason }),
    auditLost: (lineCount) => to.auditLost.inc(lineCount),
    kernelChosen(kernel) {
      to.kernel.reset();
      to.kernel.set({ kernel }, 1);
    },
    ready: (isReady) => to.ready.set(isReady ? 1 : 0),
  };
}

const provenPeer = /^(key|token|certificate):/;

/** gRPC statuses that are no fault of the caller. */
const serverFaults: ReadonlySet<string> = new Set([
  "INTERNAL",
  "UNKNOWN",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNIMPLEMENTED",
]);

function outcomeOf({ via, status }: CallRecord): "ok" | "cancelled" | "refused" | "failed" {
  if (via === "http") {
    const code = Number(status);
    if (code === 499) return "cancelled";
    return code < 400 ? "ok" : code < 500 ? "refused" : "failed";
  }
  if (status === "OK") return "ok";
  if (status === "CANCELLED") return "cancelled";
  return serverFaults.has(status) ? "failed" : "refused";
}

function countSearch(to: Instruments, search: FinishedSearch): void {
  to.searchesRunning.dec();
  to.searches.inc({ outcome: search.outcome });
  to.updates.inc(search.updateCount);
  if (search.outcome === "ok") to.searchSeconds.observe(search.durationMs / 1000);
  if (search.firstUpdateMs !== undefined)
    to.firstUpdateSeconds.observe(search.firstUpdateMs / 1000);
  if (search.certificate !== undefined) to.certificates.inc({ certificate: search.certificate });
  for (const [stage, ms] of Object.entries(search.stageMs ?? {})) {
    to.stageSeconds.observe({ stage }, ms / 1000);
  }
  for (const reason of search.degradations ?? []) to.degradations.inc({ reason });
}
