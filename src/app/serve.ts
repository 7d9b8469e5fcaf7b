// A running server: engine and ports together, and the order in which they start and stop.

import { setFlagsFromString } from "node:v8";

import { parseHosts, parseOrigins } from "../config/http-lists.js";
import type { Config } from "../config/schema.js";
import { createTraffic } from "../core/traffic.js";
import type { Traffic } from "../core/traffic.js";
import { isSluiceError } from "../core/errors.js";
import type { Readiness } from "../core/readiness.js";
import type { SluiceError } from "../core/errors.js";
import { startHttpServer } from "../http/server.js";
import type { HttpServer } from "../http/server.js";
import type { KernelChoice } from "../kernels/load-kernels.js";
import { watchEventLoop } from "../observability/event-loop.js";
import type { EventLoopWatch } from "../observability/event-loop.js";
import type { Logger } from "../observability/logger.js";
import type { Metrics } from "../observability/metrics.js";
import { startRpcServer } from "../rpc/server.js";
import type { RpcServer, RpcServerOptions } from "../rpc/server.js";
import { openAccessControl } from "./access-control.js";
import type { AccessControl } from "./access-control.js";
import { composeEngine } from "./compose.js";
import type { ComposedEngine, EngineOptions } from "./compose.js";
import type { CpuBudget } from "./cpu-budget.js";
import { measured } from "../engine/measured-engine.js";
import { within } from "../net/within.js";
import { drainMsOf } from "./drain.js";
import { openReloadableParts, reloadAll } from "./reload.js";

export interface ServerDependencies {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface RunningServer {
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly kernelName: string;
  readonly budget: CpuBudget;
  /** Reads certificates, keys and services elsewhere anew; what cannot be read stays as it was. */
  reload(): void;
  /**
   * Says that it is not ready and serves on for the drain; then refuses new calls, lets running ones
   * finish within the grace, closes the data. Idempotent.
   */
  stop(): Promise<void>;
  /** Ends drain and grace of a stop that is under way, or of one to come. */
  hurry(): void;
}

/**
 * How much the heap may grow between two full collections, percent. The engine's own heap is small,
 * and incoming vectors count as heap until they are collected: by V8's own measure there would be a
 * full collection every few dozen documents, for a third of the time of an ingest stream.
 */
const heapGrowthPercent = 300;

/**
 * Resolves when both ports answer and /readyz says yes. Throws DATA_FOLDER_LOCKED,
 * DATA_FORMAT_NEWER, MODEL_INVALID, PORT_IN_USE or INVALID_CONFIG with everything closed again.
 */
export async function startServer(
  config: Config,
  { logger, metrics }: ServerDependencies,
): Promise<RunningServer> {
  setFlagsFromString(`--heap-growing-percent=${heapGrowthPercent}`);
  const onMaintenanceFailure = (error: unknown): void => {
    metrics.errorReturned({ reason: isSluiceError(error) ? error.reason : "INTERNAL" });
    logger.error({ err: error }, "the journal could not be flushed to a segment; it stays");
  };
  const { tls, rerankers, reloadables } = openReloadableParts(config, { logger, metrics });
  const control = await openAccessControl(config, { logger, metrics });
  let rpc: RpcServer | undefined;
  const onStorageFailed = (error: SluiceError): void => {
    logger.error({ err: error }, "the disk failed: no more writes, searches go on; restart");
  };
  const onReadiness = ({ isReady, reasons }: Readiness): void => {
    if (isReady) logger.info({}, "the server is ready");
    else logger.warn({ reasons }, "the server is not ready");
    metrics.ready(isReady);
    rpc?.setReady(isReady);
  };
  const loop = watchEventLoop();
  const composed = await composeOrClose(control, {
    ...engineOptions(config),
    onMaintenanceFailure,
    onStorageFailed,
    onReadiness,
    remoteRerankers: rerankers,
    loopDelayMs: () => loop.delay().p90,
    onRecallStale: (message) => logger.warn({}, message),
    onNote: (message) => logger.warn({}, message),
  });
  const engine = measured(composed.api, metrics, () => performance.now());
  const access = control.guard(engine);
  const traffic = createTraffic({ ...config.limits, clock: () => performance.now() });
  let http: HttpServer;
  try {
    const shared = rpcOptions(config, { logger, metrics });
    rpc = await startRpcServer({ ...shared, access, tls, traffic });
    http = await startHttpServer({
      access,
      logger,
      tls,
      host: config.host,
      port: config.httpPort,
      traffic,
      allowedHosts: parseHosts(config.http.allowedHosts),
      allowedOrigins: parseOrigins(config.http.allowedOrigins),
      metrics: () => renderMetrics(composed, metrics),
    });
  } catch (error) {
    await rpc?.stop(0);
    await composed.close();
    await control.close();
    throw error;
  }
  for (const note of composed.notes) logger.warn({}, note);
  const { isReady, findings } = engine.readiness();
  for (const finding of findings)
    logger.warn({ place: finding.place, kind: finding.kind }, finding.message);
  metrics.watchLoopDelay(() => loop.delay());
  watch(composed, traffic, metrics);
  metrics.ready(isReady);
  rpc.setReady(isReady);
  return {
    grpcPort: rpc.port,
    httpPort: http.port,
    kernelName: composed.kernelName,
    budget: composed.budget,
    reload: () => reloadAll([...reloadables, ...control.reloadables], { logger, metrics }),
    ...stopOf(config, composed, { rpc, http, control, loop }),
  };
}

function rpcOptions(
  config: Config,
  { logger, metrics }: ServerDependencies,
): Omit<RpcServerOptions, "access"> {
  return {
    logger,
    nowMs: () => Date.now(),
    host: config.host,
    port: config.grpcPort,
    messageBytesMax: config.limits.messageBytesMax,
    onCallEnd: (record) => metrics.callFinished(record),
  };
}

function stopOf(
  config: Config,
  composed: ComposedEngine,
  parts: {
    readonly rpc: RpcServer;
    readonly http: HttpServer;
    readonly control: AccessControl;
    readonly loop: EventLoopWatch;
  },
): Pick<RunningServer, "stop" | "hurry"> {
  const hurried = new AbortController();
  const { signal } = hurried;
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const { rpc, http, control, loop } = parts;
    composed.refuse();
    await within(undefined, drainMsOf(config), signal);
    const graceMs = config.shutdownGraceMs;
    await Promise.all([rpc.stop(graceMs, signal), http.stop(graceMs, signal)]);
    await composed.close();
    await control.close();
    loop.stop();
  };
  return {
    stop: () => (stopping ??= stop()),
    hurry: () => hurried.abort(),
  };
}

async function composeOrClose(
  control: AccessControl,
  options: EngineOptions,
): Promise<ComposedEngine> {
  try {
    return await composeEngine(options);
  } catch (error) {
    await control.close();
    throw error;
  }
}

function watch(composed: ComposedEngine, traffic: Traffic, metrics: Metrics): void {
  metrics.watchTraffic(() => ({ ...traffic.budget.figures(), ...traffic.answers.figures() }));
  metrics.kernelChosen(composed.kernelName);
  metrics.watchQueue("scoring", () => composed.queueSizes().scoring);
  metrics.watchQueue("encoding", () => composed.queueSizes().encoding);
  metrics.watchAdmission(() => composed.admission());
  metrics.watchCaches(() => composed.caches());
  metrics.watchCollections(() => composed.collectionCounts());
}

/** Sizes are read when they are asked for: writes need not report them. */
function renderMetrics(composed: ComposedEngine, metrics: Metrics): ReturnType<Metrics["render"]> {
  metrics.collectionsOpen(
    composed.openFigures().map((figures) => ({ ...figures, name: figures.settings.name })),
  );
  return metrics.render();
}

/** What the configuration says to the engine. */
export function engineOptions(config: Config): EngineOptions {
  const kernel: KernelChoice | undefined = config.kernel === "auto" ? undefined : config.kernel;
  return {
    dataFolder: config.data,
    modelsFolder: config.modelsFolder,
    defaultModel: config.defaultModel,
    kernel,
    scoringWorkers: config.scoringWorkers,
    encodingWorkers: config.encodingWorkers,
    search: config.search,
    flushBytes: config.ingest.flushBytes,
    flushAgeMs: config.ingest.flushAgeMs,
    generationAgeMaxMs: config.search.generationAgeMaxMs,
    rowCacheBytes: config.search.rowCacheBytes,
    answerCacheBytes: config.search.answerCacheBytes,
    pairCacheBytes: config.search.pairCacheBytes,
    searchesAtWork: config.search.atWork,
    searchesMax: config.limits.searchesMax,
    feedbackEventsMax: config.feedback.eventsMax,
    collections: config.collections,
  };
}
