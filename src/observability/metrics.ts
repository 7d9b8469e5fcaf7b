// Metrics of a running server, updated where things happen and rendered at /metrics.

import { limits } from "../core/limits.js";
import { createInstruments } from "./instruments.js";
import type { Instruments } from "./instruments.js";
import { registerSources } from "./sources.js";
import type { MetricSources } from "./sources.js";

/** How a search ended. `refused`: rejected by admission control before it ran. */
export type SearchOutcome = "ok" | "cancelled" | "deadline" | "refused" | "failed";

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
  }): void;
  documentsDeleted(deleted: { readonly collection: string; readonly documentCount: number }): void;
  /** A request or document was rejected or failed; `reason` is from the error table. */
  errorReturned(error: { readonly reason: string }): void;
  callFinished(call: {
    readonly path: string;
    readonly status: string;
    readonly durationMs: number;
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
    collectionDropped: nothing,
    remoteCall: nothing,
    reloaded: nothing,
    callRefused: nothing,
    auditLost: nothing,
    kernelChosen: nothing,
    ready: nothing,
    observe: nothing,
    render: () => Promise.resolve({ contentType: "text/plain; charset=utf-8", text: "" }),
  };
}

function searchMetrics(to: Instruments): Pick<Metrics, "searchStarted" | "searchFinished"> {
  return {
    searchStarted: () => to.searchesRunning.inc(),
    searchFinished: (search) => countSearch(to, search),
  };
}

/** Label of the collections beyond the limit; no collection can have this name. */
const otherLabel = "(others)";

function documentMetrics(
  to: Instruments,
): Pick<Metrics, "documentsWritten" | "documentsDeleted" | "collectionDropped"> {
  const { documentsWritten, passagesWritten, documentsDeleted } = to;
  const labels = new Set<string>();
  /** The first collections that are written to have their own series; the others share one. */
  const labelOf = (collection: string): string => {
    if (!labels.has(collection) && labels.size >= limits.metricCollectionsMax) return otherLabel;
    labels.add(collection);
    return collection;
  };
  return {
    documentsWritten({ collection: name, documentCount, passageCount }) {
      const collection = labelOf(name);
      documentsWritten.inc({ collection }, documentCount);
      passagesWritten.inc({ collection }, passageCount);
    },
    documentsDeleted: ({ collection, documentCount }) =>
      documentsDeleted.inc({ collection: labelOf(collection) }, documentCount),
    collectionDropped(collection) {
      labels.delete(collection);
      for (const counter of [documentsWritten, passagesWritten, documentsDeleted])
        counter.remove({ collection });
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
  | "callRefused"
  | "auditLost"
  | "kernelChosen"
  | "ready"
> {
  return {
    errorReturned: ({ reason }) => to.errors.inc({ reason }),
    callFinished({ path, status, durationMs }) {
      to.calls.inc({ path, status });
      to.callSeconds.observe({ path }, durationMs / 1000);
    },
    remoteCall({ reranker, outcome, durationMs }) {
      to.remoteCalls.inc({ reranker, outcome });
      if (outcome !== "refused") to.remoteSeconds.observe({ reranker }, durationMs / 1000);
    },
    reloaded: (reload) => to.reloads.inc(reload),
    callRefused: (reason) => to.accessRefusals.inc({ reason }),
    auditLost: (lineCount) => to.auditLost.inc(lineCount),
    kernelChosen(kernel) {
      to.kernel.reset();
      to.kernel.set({ kernel }, 1);
    },
    ready: (isReady) => to.ready.set(isReady ? 1 : 0),
  };
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
