// The figures of a running server, counted where things happen and read at /metrics.

import type { CacheFigures } from "../core/bounded-cache.js";
import type { Registry } from "prom-client";
import { limits } from "../core/limits.js";
import type { LoopDelay } from "./event-loop.js";
import { createInstruments } from "./instruments.js";
import type {
  AdmissionFigures,
  BreakerFigure,
  CollectionCountFigures,
  Instruments,
  TrafficFigures,
} from "./instruments.js";

/** How a search ended. Refused: turned away before any work. */
export type SearchOutcome = "ok" | "cancelled" | "deadline" | "refused" | "failed";

/** Stages with a time of their own, in order. */
export type TimedStage =
  "queue" | "encode" | "lexical" | "candidates" | "late_interaction" | "cross_encoder";

export interface FinishedSearch {
  readonly outcome: SearchOutcome;
  /** From the request's arrival to its end, milliseconds. */
  readonly durationMs: number;
  /** From the request's arrival to the first update; undefined: there was none. */
  readonly firstUpdateMs?: number | undefined;
  /** Updates sent. */
  readonly updateCount: number;
  /** Of the final update; undefined: there was none. */
  readonly certificate?: string | undefined;
  /** Milliseconds in each stage that ran. */
  readonly stageMs?: Readonly<Partial<Record<TimedStage, number>>> | undefined;
  /** Names of what was lost on the way. */
  readonly degradations?: readonly string[] | undefined;
}

export interface OpenFigures {
  readonly name: string;
  readonly generation: number;
  readonly documentCount: number;
  readonly passageCount: number;
  readonly segmentCount: number;
}

/** What the parts of a server tell. Every method is cheap and never throws. */
export interface Metrics {
  searchStarted(): void;
  searchFinished(search: FinishedSearch): void;
  documentsWritten(written: {
    readonly collection: string;
    readonly documentCount: number;
    readonly passageCount: number;
  }): void;
  documentsDeleted(deleted: { readonly collection: string; readonly documentCount: number }): void;
  /** A request or a document was refused or failed; `reason` is a row of the error table. */
  errorReturned(error: { readonly reason: string }): void;
  /** One RPC ended. */
  callFinished(call: {
    readonly path: string;
    readonly status: string;
    readonly durationMs: number;
  }): void;
  /** The newest generation and sizes of the collections that are open; the others have no figures. */
  collectionsOpen(collections: readonly OpenFigures[]): void;
  /** Asks `read` for the numbers of collections whenever the figures are read. Call once. */
  watchCollections(read: () => CollectionCountFigures): void;
  collectionDropped(name: string): void;
  /** Asks `read` for the number of waiting tasks whenever the figures are read. */
  watchQueue(pool: "scoring" | "encoding", read: () => number): void;
  /** Asks `read` for the state of admission whenever the figures are read. Call once. */
  watchAdmission(read: () => AdmissionFigures): void;
  /** Asks `read` for the figures of each cache whenever the figures are read. Call once. */
  watchCaches(read: () => Readonly<Record<string, CacheFigures>>): void;
  /** Asks `read` how late the event loop is when the figures are read. Call once. */
  watchLoopDelay(read: () => LoopDelay): void;
  /** Asks `read` for the bytes of requests and answers when the figures are read. Call once. */
  watchTraffic(read: () => TrafficFigures): void;
  /** A re-ranking service elsewhere was asked, or was not because it fails. */
  remoteCall(call: {
    readonly reranker: string;
    readonly outcome: string;
    readonly durationMs: number;
  }): void;
  /** Asks `read` for the breaker's state of each service when the figures are read. Call once. */
  watchBreakers(read: () => ReadonlyMap<string, BreakerFigure>): void;
  /** Something was read anew, or could not be. */
  reloaded(reload: { readonly what: string; readonly outcome: "ok" | "failed" }): void;
  /** Asks `read` for the end of the server's certificate, milliseconds since 1970. Call once. */
  watchCertificate(read: () => number): void;
  /** A call was turned away before it began; `reason` is one of a few words. */
  callRefused(reason: string): void;
  /** Lines of the audit log could not be written to their file. */
  auditLost(lineCount: number): void;
  kernelChosen(kernel: string): void;
  ready(isReady: boolean): void;
  /** The text of /metrics. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Loads the metrics library (about 150 ms) and counts from zero. */
export async function createMetrics(version: string): Promise<Metrics> {
  const library = await import("prom-client");
  const registry = new library.Registry();
  library.collectDefaultMetrics({ register: registry });
  return createMetricsOn(registry, createInstruments(library, registry), version);
}

/** Counts nothing; for commands and tests that have no use for figures. */
export function createNoMetrics(): Metrics {
  const nothing = (): void => undefined;
  return {
    searchStarted: nothing,
    searchFinished: nothing,
    documentsWritten: nothing,
    documentsDeleted: nothing,
    errorReturned: nothing,
    callFinished: nothing,
    collectionsOpen: nothing,
    watchCollections: nothing,
    collectionDropped: nothing,
    watchQueue: nothing,
    watchAdmission: nothing,
    watchCaches: nothing,
    watchLoopDelay: nothing,
    watchTraffic: nothing,
    remoteCall: nothing,
    watchBreakers: nothing,
    reloaded: nothing,
    watchCertificate: nothing,
    callRefused: nothing,
    auditLost: nothing,
    kernelChosen: nothing,
    ready: nothing,
    render: () => Promise.resolve({ contentType: "text/plain; charset=utf-8", text: "" }),
  };
}

/** No name of a collection. */
const otherLabel = "(others)";

function createMetricsOn(registry: Registry, to: Instruments, version: string): Metrics {
  const queues = new Map<string, () => number>();
  const labels = new Set<string>();
  /** Counters of the first collections that are written to are their own; the others share one. */
  const labelOf = (collection: string): string => {
    if (!labels.has(collection) && labels.size >= limits.metricCollectionsMax) return otherLabel;
    labels.add(collection);
    return collection;
  };
  to.queue(() => new Map(Array.from(queues, ([pool, read]) => [pool, read()])));
  to.build.set({ version }, 1);
  return {
    searchStarted: () => to.searchesRunning.inc(),
    searchFinished: (search) => countSearch(to, search),
    documentsWritten({ collection: name, documentCount, passageCount }) {
      const collection = labelOf(name);
      to.documentsWritten.inc({ collection }, documentCount);
      to.passagesWritten.inc({ collection }, passageCount);
    },
    documentsDeleted: ({ collection, documentCount }) =>
      to.documentsDeleted.inc({ collection: labelOf(collection) }, documentCount),
    errorReturned: ({ reason }) => to.errors.inc({ reason }),
    callFinished({ path, status, durationMs }) {
      to.calls.inc({ path, status });
      to.callSeconds.observe({ path }, durationMs / 1000);
    },
    collectionsOpen(collections) {
      for (const gauge of [to.generation, to.documents, to.passages, to.segments]) gauge.reset();
      for (const { name: collection, ...sizes } of collections) {
        to.generation.set({ collection }, sizes.generation);
        to.documents.set({ collection }, sizes.documentCount);
        to.passages.set({ collection }, sizes.passageCount);
        to.segments.set({ collection }, sizes.segmentCount);
      }
    },
    watchCollections: (read) => to.collections(read),
    collectionDropped(collection) {
      labels.delete(collection);
      const { generation, documents, passages, segments } = to;
      const { documentsWritten, passagesWritten, documentsDeleted } = to;
      for (const gauge of [generation, documents, passages, segments]) gauge.remove({ collection });
      for (const counter of [documentsWritten, passagesWritten, documentsDeleted])
        counter.remove({ collection });
    },
    watchQueue: (pool, read) => void queues.set(pool, read),
    watchAdmission: (read) => to.admission(read),
    watchCaches: (read) => to.caches(read),
    watchLoopDelay: (read) => to.loopDelay(read),
    watchTraffic: (read) => to.traffic(read),
    remoteCall({ reranker, outcome, durationMs }) {
      to.remoteCalls.inc({ reranker, outcome });
      if (outcome !== "refused") to.remoteSeconds.observe({ reranker }, durationMs / 1000);
    },
    watchBreakers: (read) => to.breakers(read),
    reloaded: (reload) => to.reloads.inc(reload),
    watchCertificate: (read) => to.certificate(read),
    callRefused: (reason) => to.accessRefusals.inc({ reason }),
    auditLost: (lineCount) => to.auditLost.inc(lineCount),
    kernelChosen(kernel) {
      to.kernel.reset();
      to.kernel.set({ kernel }, 1);
    },
    ready: (isReady) => to.ready.set(isReady ? 1 : 0),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
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
