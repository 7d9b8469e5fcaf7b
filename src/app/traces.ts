// Traces of a server: its calls, and the upkeep of its collections.

import type { Config } from "../config/schema.js";
import { limits } from "../core/limits.js";
import type { BeginSpan, TraceSpan } from "../core/trace-span.js";
import type { MaintenanceStep } from "../ingest/maintenance.js";
import { within } from "../net/within.js";
import type { Logger } from "../observability/logger.js";
import type { Metrics } from "../observability/metrics.js";
import type { Tracing } from "../observability/tracing.js";

export interface Traces {
  readonly beginSpan: BeginSpan;
  onMaintenanceStep(step: MaintenanceStep): void;
  /** Resolves when the collector has the last spans, after `limits.traceStopMsMax` at the latest. */
  close(): Promise<void>;
}

/** Returns undefined, with nothing loaded, when no collector is configured. */
export async function openTraces(
  { tracing }: Config,
  reporting: { readonly logger: Logger; readonly metrics: Metrics; readonly version: string },
): Promise<Traces | undefined> {
  if (tracing.endpoint === "") return undefined;
  const { openTracing } = await import("../observability/tracing.js");
  const opened = await openTracing({
    ...tracing,
    version: reporting.version,
    nowMs: () => Date.now(),
    clock: () => performance.now(),
    onExport: createExportReport(reporting),
  });
  return {
    beginSpan: (call) => opened.beginCall(call),
    onMaintenanceStep: traceMaintenance(opened),
    close: () =>
      within(
        opened.close().catch(() => undefined),
        limits.traceStopMsMax,
      ),
  };
}

/** Counts each batch, and logs when the collector stops or begins to accept them. */
function createExportReport({
  logger,
  metrics,
}: {
  readonly logger: Logger;
  readonly metrics: Metrics;
}): (batch: { readonly spanCount: number; readonly error: Error | undefined }) => void {
  let isFailing = false;
  return ({ spanCount, error }) => {
    metrics.spansExported({ outcome: error === undefined ? "ok" : "failed", spanCount });
    if (isFailing === (error !== undefined)) return;
    isFailing = error !== undefined;
    if (isFailing)
      logger.warn({ fault: error?.message }, "traces cannot be exported; their spans are dropped");
    else logger.info({}, "traces are exported again");
  };
}

function traceMaintenance(tracing: Tracing): Traces["onMaintenanceStep"] {
  const running = new Map<string, TraceSpan>();
  return ({ collection, kind, segmentCount, phase }) => {
    running.get(collection)?.end();
    running.delete(collection);
    if (phase === "end") return;
    const attributes = { "sluice.collection": collection, "sluice.segments": segmentCount };
    running.set(collection, tracing.beginWork(kind, attributes));
  };
}
