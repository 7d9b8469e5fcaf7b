// A running server: engine and ports, and the order in which they start and stop.

import { setFlagsFromString } from "node:v8";

import { parseHosts, parseOrigins } from "../config/http-lists.js";
import type { Config } from "../config/schema.js";
import { createTraffic } from "../core/traffic.js";
import type { EngineApi } from "../engine/api.js";
import { startHttpServer } from "../http/server.js";
import type { HttpServer, HttpServerOptions } from "../http/server.js";
import { watchEventLoop } from "../observability/event-loop.js";
import { startRpcServer } from "../rpc/server.js";
import type { RpcServer, RpcServerOptions } from "../rpc/server.js";
import { startBackupSchedule } from "./backup-schedule.js";
import type { BackupSchedule } from "./backup-schedule.js";
import { openAccessControl } from "./access-control.js";
import { composeEngine } from "./compose.js";
import type { ComposedEngine } from "./compose.js";
import { engineOptions } from "./engine-options.js";
import type { CpuBudget } from "./cpu-budget.js";
import { measured } from "../engine/measured-engine.js";
import { within } from "../net/within.js";
import { drainMsOf } from "./drain.js";
import { createProfiler } from "./profiles.js";
import { limitEngine } from "./limit-engine.js";
import { openReloadableParts, reloadAll } from "./reload.js";
import {
  callReport,
  engineEvents,
  maintenanceReport,
  measuringOf,
  reportStart,
} from "./reports.js";
import type { Reporting } from "./reports.js";
import { openTraces } from "./traces.js";
import type { Traces } from "./traces.js";

export interface ServerDependencies extends Reporting {
  /** Of the program, for traces. */
  readonly version: string;
}

export interface RunningServer {
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly kernelName: string;
  readonly budget: CpuBudget;
  /** Reloads certificates, keys and remote rerankers; what cannot be read stays as it was. */
  reload(): void;
  /** Records a CPU profile into the data folder; the log says when it is there. */
  profile(): void;
  /**
   * Becomes not ready and serves for the drain period, then rejects new calls, lets running ones
   * finish within the grace period and closes the data. Idempotent.
   */
  stop(): Promise<void>;
  /** Ends the drain and grace periods of a current or future stop. */
  hurry(): void;
}

/**
 * Heap growth between two full collections, percent. The engine's own heap is small, but incoming
 * vectors count as external memory until they are collected. By default V8 would run a full
 * collection every few dozen documents, which takes a third of the time of an ingest stream.
 */
const heapGrowthPercent = 300;

/**
 * Resolves when both ports accept calls and /readyz reports ready. Throws DATA_FOLDER_LOCKED,
 * DATA_FORMAT_NEWER, MODEL_INVALID, PORT_IN_USE or INVALID_CONFIG with everything closed again.
 */
export async function startServer(
  config: Config,
  reporting: ServerDependencies,
): Promise<RunningServer> {
  setFlagsFromString(`--heap-growing-percent=${heapGrowthPercent}`);
  const opened: Opened = [];
  try {
    return await start(config, reporting, opened);
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

/** Closes what the server has opened so far, one function each. */
type Opened = (() => void | Promise<void>)[];

/** The last opened first. */
async function closeAll(opened: Opened): Promise<void> {
  for (const close of opened.toReversed()) await close();
}

async function start(
  config: Config,
  reporting: ServerDependencies,
  opened: Opened,
): Promise<RunningServer> {
  const { logger, metrics } = reporting;
  const { tls, rerankers, reloadables } = openReloadableParts(config, reporting);
  const control = await openAccessControl(config, reporting);
  opened.push(() => control.close());
  const traces = await openTraces(config, reporting);
  opened.push(() => traces?.close());
  let rpc: RpcServer | undefined;
  const loop = watchEventLoop();
  opened.push(() => loop.stop());
  const composed = await composeEngine({
    ...engineOptions(config),
    ...engineEvents(reporting),
    onReadiness({ isReady, reasons }) {
      if (isReady) logger.info({}, "the server is ready");
      else logger.warn({ reasons }, "the server is not ready");
      metrics.ready(isReady);
      rpc?.setReady(isReady);
    },
    remoteRerankers: rerankers,
    loopDelayMs: () => loop.delay().p90,
    onMaintenanceStep: maintenanceReport(metrics, traces),
  });
  opened.push(() => composed.close());
  const { limited, disk } = limitEngine(composed.api, config, reporting);
  opened.push(() => disk.close());
  const engine = measured(limited, measuringOf(config, reporting, composed));
  const access = control.guard(engine);
  const traffic = createTraffic({ ...config.limits, clock: () => performance.now() });
  let http: HttpServer;
  try {
    const shared = { access, tls, traffic };
    rpc = await startRpcServer({ ...rpcOptions(config, reporting, traces), ...shared });
    http = await startHttpServer({ ...httpOptions(config, reporting, traces), ...shared });
  } catch (error) {
    await rpc?.stop(0);
    throw error;
  }
  reportStart(reporting, { composed, loop, traffic, disk });
  rpc.setReady(engine.readiness().isReady);
  const schedule = scheduleOf(config, engine, reporting);
  const profiler = createProfiler(config.data, { logger, nowMs: () => Date.now() });
  opened.push(() => profiler.close());
  return {
    grpcPort: rpc.port,
    httpPort: http.port,
    kernelName: composed.kernelName,
    budget: composed.budget,
    profile: () => profiler.record(),
    reload: () => reloadAll([...reloadables, ...control.reloadables], reporting),
    ...stopOf(config, composed, { rpc, http, schedule, opened }),
  };
}

function scheduleOf(
  { backup: { intervalMs } }: Config,
  engine: EngineApi,
  { logger }: ServerDependencies,
): BackupSchedule | undefined {
  if (intervalMs === 0) return undefined;
  return startBackupSchedule({ engine, logger, intervalMs, nowMs: () => Date.now() });
}

function httpOptions(
  config: Config,
  { logger, metrics, version }: ServerDependencies,
  traces: Traces | undefined,
): Omit<HttpServerOptions, "access" | "tls" | "traffic"> {
  return {
    logger,
    host: config.host,
    port: config.httpPort,
    allowedHosts: parseHosts(config.http.allowedHosts),
    allowedOrigins: parseOrigins(config.http.allowedOrigins),
    version,
    clock: () => performance.now(),
    metrics: () => metrics.render(),
    calls: {
      clock: () => performance.now(),
      onEnd: callReport(config, { logger, metrics }),
      beginSpan: traces?.beginSpan,
    },
  };
}

function rpcOptions(
  config: Config,
  { logger, metrics }: ServerDependencies,
  traces: Traces | undefined,
): Omit<RpcServerOptions, "access" | "tls" | "traffic"> {
  return {
    logger,
    nowMs: () => Date.now(),
    clock: () => performance.now(),
    beginSpan: traces?.beginSpan,
    host: config.host,
    port: config.grpcPort,
    messageBytesMax: config.limits.messageBytesMax,
    onCallEnd: callReport(config, { logger, metrics }),
  };
}

function stopOf(
  config: Config,
  composed: ComposedEngine,
  parts: {
    readonly rpc: RpcServer;
    readonly http: HttpServer;
    readonly schedule: BackupSchedule | undefined;
    readonly opened: Opened;
  },
): Pick<RunningServer, "stop" | "hurry"> {
  const hurried = new AbortController();
  const { signal } = hurried;
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const { rpc, http, schedule, opened } = parts;
    composed.refuse();
    await within(undefined, drainMsOf(config), signal);
    const graceMs = config.shutdownGraceMs;
    await Promise.all([rpc.stop(graceMs, signal), http.stop(graceMs, signal), schedule?.stop()]);
    await closeAll(opened);
  };
  return {
    stop: () => (stopping ??= stop()),
    hurry: () => hurried.abort(),
  };
}
