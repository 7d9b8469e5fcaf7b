// The typed client, public API of the package; the commands, benchmarks and tests use it too.

import { setTimeout as sleep } from "node:timers/promises";
import type { RecordedFeedback } from "../core/feedback.js";
import { present } from "../core/assert.js";
import { lastOf } from "../core/last-of.js";
import type { DocumentToWrite } from "../contract/documents.js";
import type { SearchRequest } from "../contract/search-request.js";
import type { SearchUpdate } from "../contract/search-update.js";
import type { SlowSearch } from "../contract/slow-searches.js";
import { calibrate } from "./calibrate.js";
import type { CalibrateCallOptions } from "./calibrate.js";
import { openChannel } from "./channel.js";
import { listSlowSearches } from "./slow-searches.js";
import { clientScoreMapToMessage } from "./score-maps.js";
import type { ClientScoreMap } from "./score-maps.js";
import type { CallOptions, Channel, ChannelOptions, Method } from "./channel.js";
import { SluiceClientError } from "./client-error.js";
import { readExport } from "./export.js";
import type { ClientExportedBatch } from "./export.js";
import { listFeedback, sendFeedback } from "./feedback.js";
import type { ClientFeedback, ClientFeedbackAck } from "./feedback.js";
import { definitions } from "../wire/definitions.js";
import { findingFromMessage, surveyCollections } from "./findings.js";
import { toMessage } from "../wire/field-messages.js";
import { explainRequestFields } from "../contract/explain.js";
import type { ExplainedPassage, ExplainRequest } from "../contract/explain.js";
import type { ExportRequest } from "../contract/export.js";
import { rerankRequestFields } from "../contract/rerank.js";
import type { RerankRequest, RerankUpdate } from "../contract/rerank.js";
import { searchRequestFields } from "../contract/search-request.js";
import { documentCalls } from "./document-calls.js";
import type { DocumentCalls } from "./document-calls.js";
import { ingestDocuments } from "./ingest.js";
import type { IngestOptions } from "./ingest.js";
import {
  collectionFromMessage,
  explanationFromMessage,
  rerankUpdateFromMessage,
  settingsFromMessage,
  updateFromMessage,
} from "./messages.js";
import { operationCalls } from "./operations.js";
import type { OperationCalls } from "./operations.js";
import { readStream } from "./stream.js";
import { checked, contractOf } from "./stream-contract.js";
import { snapshotCalls } from "./snapshots.js";
import type { SnapshotCalls } from "./snapshots.js";
import { openSession } from "./session.js";
import type { SearchSession } from "./session.js";
import { followOptimize } from "./job.js";
import type {
  ClientCollection,
  ClientCollectionSettings,
  ClientCreateCollection,
  ClientDescription,
  ClientIngestSummary,
  ClientOptimizeProgress,
  ClientRecallEstimate,
  ClientSurvey,
} from "./types.js";

/** Which server, and how calls are made. Only `address` is required. */
export interface ClientOptions extends ChannelOptions {
  /** Check every search against the stream contract and throw ContractViolation. Default false. */
  readonly checkContract?: boolean | undefined;
}

/** All methods throw SluiceClientError. */
export interface SluiceClient extends DocumentCalls {
  /**
   * Updates in the order of arrival; the last one is final. The call starts at the first read.
   * Leaving the loop or aborting `signal` cancels it. Retried only before its first update.
   */
  search(request: SearchRequest, options?: CallOptions): AsyncGenerator<SearchUpdate>;
  /** Only the final update. */
  searchFinal(request: SearchRequest, options?: CallOptions): Promise<SearchUpdate>;
  /** Ranks items that the caller provides. As in `search`, the last ranking is final. */
  rerank(request: RerankRequest, options?: CallOptions): AsyncGenerator<RerankUpdate>;
  /** Only the final ranking. */
  rerankFinal(request: RerankRequest, options?: CallOptions): Promise<RerankUpdate>;
  /** How one passage of a document gets its score. */
  explain(request: ExplainRequest, options?: CallOptions): Promise<ExplainedPassage>;
  /**
   * Resolves when the event is on disk. With an `eventId` it is retried and stored exactly once.
   */
  sendFeedback(
    collection: string,
    feedback: ClientFeedback,
    options?: CallOptions,
  ): Promise<ClientFeedbackAck>;
  /** Recorded feedback, oldest first, read page by page. */
  feedback(
    collection: string,
    options?: CallOptions & { readonly sinceMs?: number | undefined },
  ): AsyncGenerator<RecordedFeedback, void, void>;
  /** The last searches that took long, of collections that the caller administers; the newest first. */
  slowSearches(options?: CallOptions): Promise<readonly SlowSearch[]>;
  /** Search as you type. The stream is not retried. */
  session(options?: CallOptions): SearchSession;
  /**
   * Resolves when every document is answered; `onError` gets those that were rejected, and the
   * others go on. Documents that were sent and not answered are sent again when the stream breaks.
   */
  ingest(
    collection: string,
    documents: Iterable<DocumentToWrite> | AsyncIterable<DocumentToWrite>,
    options?: IngestOptions,
  ): Promise<ClientIngestSummary>;
  /**
   * Documents in byte order of their keys, as they are when the call begins; the first batch may be
   * empty. After an error, call again with `afterKey`.
   */
  exportDocuments(
    request: ExportRequest,
    options?: CallOptions,
  ): AsyncGenerator<ClientExportedBatch, void, void>;
  readonly collections: CollectionCalls;
  /** Long jobs that go on without their caller. */
  readonly operations: OperationCalls;
  /** Health status of the server; `UNREACHABLE` when it does not respond. */
  health(options?: CallOptions): Promise<"SERVING" | "NOT_SERVING" | "UNREACHABLE">;
  /** Resolves when the server serves; throws after `timeoutMs`. */
  waitForReady(timeoutMs: number): Promise<void>;
  /** Ends the connection. Calls in flight fail with CANCELLED. */
  close(): void;
}

/** Calls on collections. */
export interface CollectionCalls {
  /** Throws COLLECTION_EXISTS, unless `ifNotExists` is set and the settings are the same. */
  create(request: ClientCreateCollection, options?: CallOptions): Promise<ClientCollectionSettings>;
  /** Deletes the collection and its data; snapshots and backups stay. */
  drop(name: string, options?: CallOptions): Promise<void>;
  /** By name, those that can be served. */
  list(options?: CallOptions): Promise<ClientCollection[]>;
  /** As `list`, with collections that cannot be served and other content of the data folder. */
  survey(options?: CallOptions): Promise<ClientSurvey>;
  /** Throws COLLECTION_NOT_FOUND. */
  describe(name: string, options?: CallOptions): Promise<ClientDescription>;
  /**
   * Flushes the journal and merges segments until nothing is left to do. `reanalyze` first analyzes
   * all texts again with the latest version of the collection's analyzer; `full` gives free space
   * back to the disk.
   */
  optimize(
    name: string,
    options?: CallOptions & { readonly full?: boolean; readonly reanalyze?: boolean },
  ): AsyncGenerator<ClientOptimizeProgress, void, void>;
  /**
   * Measures recall by pool size and stores it with the collection. Costs one exhaustive search per
   * sample.
   */
  calibrate(name: string, options?: CalibrateCallOptions): Promise<ClientRecallEstimate[]>;
  /** Replaces the collection's maps from scores to probabilities; an empty list removes them. */
  setScoreMaps(
    name: string,
    scoreMaps: readonly ClientScoreMap[],
    options?: CallOptions,
  ): Promise<void>;
  readonly snapshots: SnapshotCalls;
}

/** Connects on the first call and reconnects after the connection is lost. */
export function createClient(options: ClientOptions): SluiceClient {
  const channel = openChannel(options);
  const checksContract = options.checkContract === true;
  const searchOnce = (request: SearchRequest, call: CallOptions): AsyncGenerator<SearchUpdate> => {
    const updates = search(channel, request, call);
    return checksContract ? checked(updates, contractOf(request)) : updates;
  };
  return {
    search: (request, call = {}) => searchOnce(request, call),
    searchFinal: (request, call = {}) => lastOf(searchOnce(request, call)),
    rerank: (request, call = {}) => rerank(channel, request, call),
    rerankFinal: (request, call = {}) => lastOf(rerank(channel, request, call)),
    explain: async (request, call = {}) => {
      const message = toMessage(explainRequestFields, request);
      const options = { ...call, isIdempotent: true };
      return explanationFromMessage(
        await channel.unary(definitions().search.Explain, message, options),
      );
    },
    sendFeedback: (collection, feedback, call = {}) =>
      sendFeedback(channel, { collection, feedback }, call),
    feedback: (collection, call = {}) => listFeedback(channel, collection, call),
    slowSearches: (call = {}) => listSlowSearches(channel, call),
    session: (call = {}) => openSession(channel, call, { checksContract }),
    ingest: (collection, documents, ingestOptions = {}) =>
      ingestDocuments(channel, definitions().documents, {
        collection,
        documents,
        options: ingestOptions,
      }),
    ...documentCalls(channel),
    exportDocuments: (request, call = {}) => readExport(channel, request, call),
    collections: collectionCalls(channel),
    operations: operationCalls(channel),
    health: (call = {}) => health(channel, call),
    waitForReady: (timeoutMs) =>
      waitForReady(channel, { timeoutMs, nowMs: options.nowMs ?? Date.now }),
    close: () => channel.close(),
  };
}

async function* search(
  channel: Channel,
  request: SearchRequest,
  options: CallOptions,
): AsyncGenerator<SearchUpdate, void, void> {
  const method = definitions().search.Search;
  const message = toMessage(searchRequestFields, request);
  const responses = readStream(channel, method, message, options);
  for await (const { update } of responses)
    yield updateFromMessage(present(update, "every response has an update"));
}

async function* rerank(
  channel: Channel,
  request: RerankRequest,
  options: CallOptions,
): AsyncGenerator<RerankUpdate, void, void> {
  const method = definitions().search.Rerank;
  const message = toMessage(rerankRequestFields, request);
  const responses = readStream(channel, method, message, options);
  for await (const response of responses) yield rerankUpdateFromMessage(response);
}

function collectionCalls(channel: Channel): CollectionCalls {
  const service = definitions().collections;
  return {
    create: async (create, options = {}) => {
      const request = {
        name: create.name,
        model: create.modelName ?? "",
        if_not_exists: create.ifNotExists ?? false,
        ...(create.dim === undefined ? {} : { dim: create.dim }),
        ...(create.bits === undefined ? {} : { bits: create.bits }),
        ...(create.sketchBits === undefined ? {} : { sketch_bits: create.sketchBits }),
        ...(create.refineBits === undefined ? {} : { refine_bits: create.refineBits }),
        analyzer: analyzerToMessage(create.analyzer),
        stemmer: create.stemmer ?? "",
        stop_words: create.stopWords ?? "",
      } as const;
      // Without that option a retry could fail on the collection created by the first attempt.
      const isIdempotent = create.ifNotExists === true;
      const response = await channel.unary(service.Create, request, { ...options, isIdempotent });
      return settingsFromMessage(response.settings);
    },
    drop: async (name, options = {}) => {
      await channel.unary(service.Drop, { name }, { ...options, isIdempotent: false });
    },
    list: async (options = {}) => [...(await surveyCollections(channel, options)).collections],
    survey: (options = {}) => surveyCollections(channel, options),
    optimize: (name, { full = false, reanalyze = false, ...options } = {}) =>
      followOptimize(channel.serverStream(service.Optimize, { name, full, reanalyze }, options)),
    calibrate: (name, options = {}) => calibrate(channel, name, options),
    setScoreMaps: async (name, scoreMaps, options = {}) => {
      const request = { name, score_maps: scoreMaps.map(clientScoreMapToMessage) };
      await channel.unary(service.SetScoreMaps, request, { ...options, isIdempotent: true });
    },
    snapshots: snapshotCalls(channel),
    describe: async (name, options = {}) => {
      const call = { ...options, isIdempotent: true };
      const { collection, findings } = await channel.unary(service.Describe, { name }, call);
      return { ...collectionFromMessage(collection), findings: findings.map(findingFromMessage) };
    },
  };
}

type HealthCheck = Method<{ readonly service: string }, { readonly status: string }>;

async function health(channel: Channel, options: CallOptions): ReturnType<SluiceClient["health"]> {
  // Loaded here, since it parses a definition of its own when it is imported.
  const { service: definition } = await import("../wire/health.bundle.js");
  const check = definition["Check"] as unknown as HealthCheck;
  try {
    const call = { deadlineMs: 5_000, ...options, isIdempotent: false };
    const { status } = await channel.unary(check, { service: "" }, call);
    return status === "SERVING" ? "SERVING" : "NOT_SERVING";
  } catch (error) {
    if (error instanceof SluiceClientError) return "UNREACHABLE";
    throw error;
  }
}

/** Polling interval for a server that is starting, milliseconds. */
const readyPollMs = 50;

async function waitForReady(
  channel: Channel,
  options: { readonly timeoutMs: number; readonly nowMs: () => number },
): Promise<void> {
  const endMs = options.nowMs() + options.timeoutMs;
  for (;;) {
    const leftMs = endMs - options.nowMs();
    if (leftMs > 0 && (await health(channel, { deadlineMs: leftMs })) === "SERVING") return;
    if (leftMs <= readyPollMs) {
      throw new SluiceClientError({
        message: `the server did not begin to serve within ${options.timeoutMs} ms`,
        reason: "NOT_READY",
        status: "UNAVAILABLE",
        retryable: true,
      });
    }
    await sleep(readyPollMs);
  }
}

/** Without an analyzer the server chooses the one that matches the stemmer. */
function analyzerToMessage(
  analyzer: ClientCreateCollection["analyzer"],
): "ANALYZER_UNSPECIFIED" | "ANALYZER_ENGLISH" | "ANALYZER_UNICODE" {
  if (analyzer === undefined) return "ANALYZER_UNSPECIFIED";
  return analyzer === "unicode" ? "ANALYZER_UNICODE" : "ANALYZER_ENGLISH";
}
