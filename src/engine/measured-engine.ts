// Wraps the engine with metrics; results are unchanged.

import { isSluiceError } from "../core/errors.js";
import type { TraceSpan } from "../core/trace-span.js";
import type { RerankRequest, RerankUpdate } from "../contract/rerank.js";
import type { SearchRequest } from "../contract/search-request.js";
import type { SearchUpdate, StageTimings } from "../contract/search-update.js";
import type { SearchOutcome } from "../contract/slow-searches.js";
import type { FinishedSearch, Metrics } from "../observability/metrics.js";
import type { WriteAck } from "../ingest/write-operations.js";
import type { EngineApi, PlannedSearch, SearchCall } from "./api.js";
import { keptSearch, loggedSearch } from "./slow-search.js";
import type { LoggedSearch, SlowSearchMemory } from "./slow-search.js";

export interface Measuring {
  readonly metrics: Metrics;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Searches that take longer are reported to `onSlow` and kept; 0: none is. */
  readonly slowSearchMs: number;
  readonly onSlow: (search: LoggedSearch) => void;
  readonly slowSearches: SlowSearchMemory;
}

export function measured(engine: EngineApi, measuring: Measuring): EngineApi {
  const { metrics, clock, slowSearches } = measuring;
  const written = (collection: string, { passageCount }: WriteAck, startMs: number): void => {
    const durationMs = clock() - startMs;
    metrics.documentsWritten({ collection, documentCount: 1, passageCount, durationMs });
  };
  const counted = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      metrics.errorReturned({ reason: reasonOf(error) });
      throw error;
    }
  };
  async function* countedStream<T>(stream: AsyncGenerator<T, void, void>): typeof stream {
    try {
      yield* stream;
    } catch (error) {
      metrics.errorReturned({ reason: reasonOf(error) });
      throw error;
    }
  }
  return {
    ...engine,
    search: (request, options) => measuredSearch(engine, measuring, request, options),
    rerank: (request, options) => measuredRerank(engine, measuring, request, options),
    exportDocuments: (request, options) => countedStream(engine.exportDocuments(request, options)),
    explain: (request, options) => counted(() => engine.explain(request, options)),
    async put(collection, document, scope) {
      const startMs = clock();
      const ack = await counted(() => engine.put(collection, document, scope));
      written(collection, ack, startMs);
      return ack;
    },
    async update(collection, update, scope) {
      const startMs = clock();
      const ack = await counted(() => engine.update(collection, update, scope));
      written(collection, ack, startMs);
      return ack;
    },
    async delete(collection, keys, scope) {
      const result = await counted(() => engine.delete(collection, keys, scope));
      metrics.documentsDeleted({ collection, documentCount: result.deletedCount });
      return result;
    },
    async deleteWhere(collection, filter, options) {
      const result = await counted(() => engine.deleteWhere(collection, filter, options));
      metrics.documentsDeleted({ collection, documentCount: result.deletedCount });
      return result;
    },
    sendFeedback: (collection, event) => counted(() => engine.sendFeedback(collection, event)),
    createCollection: (request) => counted(() => engine.createCollection(request)),
    async dropCollection(name) {
      await counted(() => engine.dropCollection(name));
      metrics.collectionDropped(name);
      slowSearches.forget(name);
    },
  };
}

async function* measuredRerank(
  engine: EngineApi,
  { metrics, clock }: Measuring,
  request: RerankRequest,
  options: SearchCall,
): AsyncGenerator<RerankUpdate, void, void> {
  const startMs = clock();
  let outcome: SearchOutcome = "cancelled";
  try {
    for await (const update of engine.rerank(request, options)) {
      if (update.final) outcome = "ok";
      yield update;
    }
  } catch (error) {
    outcome = failedOutcome(metrics, error, options.signal);
    throw error;
  } finally {
    metrics.rerankFinished({ outcome, durationMs: clock() - startMs });
  }
}

async function* measuredSearch(
  engine: EngineApi,
  measuring: Measuring,
  request: SearchRequest,
  options: SearchCall,
): AsyncGenerator<SearchUpdate, void, void> {
  const { metrics, clock } = measuring;
  const startMs = clock();
  const span = options.span?.child("search", {
    attributes: { "sluice.collection": request.collection },
  });
  metrics.searchStarted();
  let outcome: SearchOutcome = "cancelled";
  let firstUpdateMs: number | undefined;
  let updateCount = 0;
  let last: SearchUpdate | undefined;
  let planned: PlannedSearch | undefined;
  try {
    const call = { ...options, span, onTurn: (turn: PlannedSearch) => (planned = turn) };
    for await (const update of engine.search(request, call)) {
      firstUpdateMs ??= clock() - startMs;
      updateCount += 1;
      last = update;
      if (update.final) outcome = "ok";
      yield update;
    }
  } catch (error) {
    outcome = failedOutcome(metrics, error, options.signal);
    throw error;
  } finally {
    const finished: FinishedSearch = {
      outcome,
      durationMs: clock() - startMs,
      firstUpdateMs,
      updateCount,
      certificate: last?.final === true ? last.certificate : undefined,
      stageMs: last && stageMs(last.timings),
      degradations: last?.degradations.map(({ reason: name }) => name),
    };
    metrics.searchFinished(finished);
    if (span?.isSampled === true) endSpan(span, finished, last);
    noteSlow(measuring, finished, { request, call: options, last, planned });
  }
}

function noteSlow(
  { slowSearchMs, onSlow, slowSearches, nowMs }: Measuring,
  finished: FinishedSearch,
  search: Parameters<typeof loggedSearch>[1],
): void {
  if (slowSearchMs === 0 || finished.durationMs <= slowSearchMs) return;
  onSlow(loggedSearch(finished, search));
  slowSearches.add(keptSearch(finished, { ...search, endTimeMs: nowMs() }));
}

function endSpan(
  span: TraceSpan,
  { outcome, certificate, degradations, updateCount }: FinishedSearch,
  last: SearchUpdate | undefined,
): void {
  const { coverage } = last ?? {};
  span.set({
    "sluice.outcome": outcome,
    "sluice.certificate": certificate,
    "sluice.degradations": degradations,
    "sluice.updates": updateCount,
    "sluice.coverage.eligible": coverage?.eligible,
    "sluice.coverage.sketch_scored": coverage?.sketchScored,
    "sluice.coverage.maxsim_scored": coverage?.maxSimScored,
    "sluice.coverage.reranked": coverage?.reranked,
  });
  // The caller that goes away is no failure of the search.
  span.end({ error: outcome === "ok" || outcome === "cancelled" ? undefined : outcome });
}

function reasonOf(error: unknown): string {
  return isSluiceError(error) ? error.reason : "INTERNAL";
}

/** Counts the error. */
function failedOutcome(metrics: Metrics, error: unknown, signal: AbortSignal): SearchOutcome {
  const reason = reasonOf(error);
  metrics.errorReturned({ reason });
  return outcomeOf(reason, signal);
}

function outcomeOf(reason: string, signal: AbortSignal): SearchOutcome {
  if (signal.aborted) return "cancelled";
  if (reason === "OVERLOADED") return "refused";
  return reason === "DEADLINE_EXCEEDED" ? "deadline" : "failed";
}

function stageMs(timings: StageTimings): Record<string, number> {
  const { queue, encode, lexical, candidates, lateInteraction, crossEncoder } = timings;
  const micros = {
    queue,
    encode,
    lexical,
    candidates,
    late_interaction: lateInteraction,
    cross_encoder: crossEncoder,
  };
  const known = Object.entries(micros).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, (value ?? 0) / 1000]));
}
