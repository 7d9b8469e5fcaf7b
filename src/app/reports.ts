// What a running server logs and counts: its calls, its upkeep, and what its engine reports.

import type { Config } from "../config/schema.js";
import type { CallRecord } from "../core/call-record.js";
import { isSluiceError } from "../core/errors.js";
import type { Traffic } from "../core/traffic.js";
import type { Measuring } from "../engine/measured-engine.js";
import type { MaintenanceStep } from "../ingest/maintenance.js";
import type { EventLoopWatch } from "../observability/event-loop.js";
import type { Logger } from "../observability/logger.js";
import type { Metrics } from "../observability/metrics.js";
import type { DiskWatch } from "../store/disk-space.js";
import type { ComposedEngine } from "./compose.js";
import type { EngineOptions } from "./engine-options.js";
import type { Traces } from "./traces.js";

export interface Reporting {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Counts each call, and logs it if it is to be logged. */
export function callReport(
  config: Config,
  { logger, metrics }: Reporting,
): (record: CallRecord) => void {
  const log = callLog(config, logger);
  return (record) => {
    metrics.callFinished(record);
    log(record);
  };
}

function callLog({ log }: Config, logger: Logger): (record: CallRecord) => void {
  switch (log.calls) {
    case "off":
      return () => undefined;
    case "failed":
      return (record) => {
        if (!succeeded(record)) logger.info(record, "a call ended");
      };
    case "all":
      return (record) => logger.info(record, "a call ended");
  }
}

function succeeded({ via, status }: CallRecord): boolean {
  return via === "grpc" ? status === "OK" : Number(status) < 400;
}

/** Measures each step; a collection has one at a time. */
export function maintenanceReport(
  metrics: Metrics,
  traces: Traces | undefined,
): (step: MaintenanceStep) => void {
  const running = new Map<string, () => void>();
  return (step) => {
    const { collection, kind, phase } = step;
    traces?.onMaintenanceStep(step);
    running.get(collection)?.();
    running.delete(collection);
    if (phase === "end") return;
    const startMs = performance.now();
    const ended = metrics.maintenanceStarted(kind);
    running.set(collection, () => ended(performance.now() - startMs));
  };
}

/** Logs and counts what the engine reports. */
export function engineEvents({ logger, metrics }: Reporting): Partial<EngineOptions> {
  return {
    onMaintenanceFailure(error) {
      metrics.maintenanceFailed();
      metrics.errorReturned({ reason: isSluiceError(error) ? error.reason : "INTERNAL" });
      logger.error(
        { err: error },
        "the journal could not be flushed to a segment; its data is kept",
      );
    },
    onStorageFailed(error) {
      logger.error(
        { err: error },
        "a write failed on disk; writes are rejected until a restart, searches continue",
      );
    },
    onRecallStale: (message) => logger.warn({}, message),
    onBackupEnded: (ended) => metrics.backupEnded(ended),
    onNote: (message) => logger.warn({}, message),
  };
}

export function measuringOf(
  { log }: Config,
  { logger, metrics }: Reporting,
  { slowSearches }: ComposedEngine,
): Measuring {
  return {
    metrics,
    slowSearches,
    clock: () => performance.now(),
    nowMs: () => Date.now(),
    slowSearchMs: log.slowSearchMs,
    onSlow: (search) => logger.warn(search, "a search was slow"),
  };
}

/** Logs what was found at the start, and shows the server's state in its metrics from now on. */
export function reportStart(
  { logger, metrics }: Reporting,
  parts: {
    readonly composed: ComposedEngine;
    readonly loop: EventLoopWatch;
    readonly traffic: Traffic;
    readonly disk: DiskWatch;
  },
): void {
  const { composed, loop, traffic, disk } = parts;
  for (const note of composed.notes) logger.warn({}, note);
  const { isReady, findings } = composed.api.readiness();
  for (const finding of findings)
    logger.warn({ place: finding.place, kind: finding.kind }, finding.message);
  metrics.observe({
    ...composed.sources,
    loopDelay: () => loop.delay(),
    loopUtilization: () => loop.utilization(),
    disk: () => ({
      freeBytes: disk.space()?.freeBytes ?? 0,
      totalBytes: disk.space()?.totalBytes ?? 0,
      areWritesStopped: disk.isNearlyFull(),
    }),
    traffic: () => ({ ...traffic.budget.stats(), ...traffic.answers.stats() }),
  });
  metrics.kernelChosen(composed.kernelName);
  metrics.ready(isReady);
}
