// Names, help texts and buckets of the metrics that are updated when something happens.

import type * as prometheus from "prom-client";
import { certificates, degradationReasons } from "../contract/search-update.js";
import { errorTable } from "../core/errors.js";

// Seconds. Stages take tens of microseconds to a second; from 5 ms on the steps double.
const secondsBuckets = [
  ...[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64],
  ...[1.28, 2.56, 5.12, 10.24],
];

export type Instruments = ReturnType<typeof createSearchInstruments> &
  ReturnType<typeof createDocumentInstruments> &
  ReturnType<typeof createServerInstruments>;

/** Creates and registers every instrument. */
export function createInstruments(
  library: typeof prometheus,
  registry: prometheus.Registry,
): Instruments {
  const factory = createFactory(library, registry);
  const instruments = {
    ...createSearchInstruments(factory),
    ...createDocumentInstruments(factory),
    ...createServerInstruments(factory),
  };
  beginAtZero(instruments);
  return instruments;
}

function createSearchInstruments({ counter, gauge, seconds }: InstrumentFactory) {
  return {
    searches: counter("searches_total", "Searches by outcome.", ["outcome"]),
    searchesRunning: gauge("searches_running", "Searches running or queued."),
    searchSeconds: seconds("search_seconds", "Time to the final update."),
    firstUpdateSeconds: seconds("search_first_update_seconds", "Time to the first update."),
    stageSeconds: seconds("search_stage_seconds", "Time in each stage.", ["stage"]),
    updates: counter("search_updates_total", "Updates sent."),
    certificates: counter("search_certificates_total", "Final updates by certificate.", [
      "certificate",
    ]),
    degradations: counter("search_degradations_total", "Degradations by reason.", ["reason"]),
    reranks: counter("reranks_total", "Re-rankings of given texts by outcome.", ["outcome"]),
    rerankSeconds: seconds("rerank_seconds", "Time to the final ranking of given texts."),
    remoteCalls: counter("remote_rerank_calls_total", "Attempts at remote rerankers.", [
      "reranker",
      "outcome",
    ]),
    remoteSeconds: seconds("remote_rerank_seconds", "Duration of an attempt.", ["reranker"]),
  };
}

function createDocumentInstruments({ counter, gauge, seconds }: InstrumentFactory) {
  return {
    documentsWritten: counter("documents_written_total", "Documents made durable.", ["collection"]),
    passagesWritten: counter("passages_written_total", "Passages made durable.", ["collection"]),
    documentsDeleted: counter("documents_deleted_total", "Documents deleted.", ["collection"]),
    documentWriteSeconds: seconds(
      "document_write_seconds",
      "Time until a document is durable and visible.",
    ),
    maintenanceSeconds: seconds("maintenance_seconds", "Duration of flushes, merges, removals.", [
      "kind",
    ]),
    maintenanceRunning: gauge("maintenance_running", "Flushes, merges and removals that run.", [
      "kind",
    ]),
    maintenanceFailures: counter("maintenance_failures_total", "Flushes and merges that failed."),
    backups: counter("backups_total", "Backups by outcome.", ["outcome"]),
    backupTime: gauge(
      "backup_last_success_timestamp_seconds",
      "When the newest backup that this server made was complete.",
      ["collection"],
    ),
  };
}

function createServerInstruments({ counter, gauge, seconds }: InstrumentFactory) {
  return {
    errors: counter("errors_total", "Requests and documents rejected or failed.", ["reason"]),
    calls: counter("rpc_calls_total", "RPCs by status.", ["path", "status"]),
    callSeconds: seconds("rpc_call_seconds", "Duration of RPCs, streams included.", ["path"]),
    httpRequests: counter("http_requests_total", "HTTP requests by status.", [
      "route",
      "method",
      "status",
    ]),
    httpSeconds: seconds("http_request_seconds", "Duration of HTTP requests, streams included.", [
      "route",
    ]),
    callerCalls: counter("caller_calls_total", "Calls of both ports by key or token.", [
      "caller",
      "outcome",
    ]),
    callerSeconds: counter("caller_seconds_total", "Duration of these calls, added up.", [
      "caller",
    ]),
    kernel: gauge("kernel_info", "1 for the kernels in use.", ["kernel"]),
    build: gauge("build_info", "1 for the running version.", ["version"]),
    ready: gauge("ready", "1 when searches and writes are accepted."),
    accessRefusals: counter("access_refusals_total", "Calls rejected by access control.", [
      "reason",
    ]),
    auditLost: counter(
      "audit_lost_lines_total",
      "Audit log lines written to the server's log instead.",
    ),
    spans: counter("trace_spans_total", "Spans sent to the collector.", ["outcome"]),
    reloads: counter("reloads_total", "Files reloaded after SIGHUP.", ["what", "outcome"]),
  };
}

/**
 * Series of known labels exist from the start: otherwise a first error would be the first sample of
 * its series, and no rate would show it.
 */
function beginAtZero(to: Instruments): void {
  for (const outcome of ["ok", "cancelled", "deadline", "refused", "failed"]) {
    to.searches.inc({ outcome }, 0);
    to.reranks.inc({ outcome }, 0);
  }
  for (const certificate of certificates) to.certificates.inc({ certificate }, 0);
  for (const reason of degradationReasons) to.degradations.inc({ reason }, 0);
  for (const reason of Object.keys(errorTable)) to.errors.inc({ reason }, 0);
  for (const kind of ["flush", "merge", "remove"]) to.maintenanceRunning.set({ kind }, 0);
  for (const outcome of ["ok", "failed"]) {
    to.spans.inc({ outcome }, 0);
    to.backups.inc({ outcome }, 0);
  }
}

interface InstrumentFactory {
  readonly counter: <Label extends string = never>(
    name: string,
    help: string,
    labelNames?: readonly Label[],
  ) => prometheus.Counter<Label>;
  readonly gauge: <Label extends string = never>(
    name: string,
    help: string,
    labelNames?: readonly Label[],
  ) => prometheus.Gauge<Label>;
  /** A histogram of durations. */
  readonly seconds: <Label extends string = never>(
    name: string,
    help: string,
    labelNames?: readonly Label[],
  ) => prometheus.Histogram<Label>;
}

/** Registers instruments under `sluice_NAME`. */
function createFactory(
  library: typeof prometheus,
  registry: prometheus.Registry,
): InstrumentFactory {
  const registers = [registry];
  return {
    counter: (name, help, labelNames = []) =>
      new library.Counter({ name: `sluice_${name}`, help, labelNames, registers }),
    gauge: (name, help, labelNames = []) =>
      new library.Gauge({ name: `sluice_${name}`, help, labelNames, registers }),
    seconds: (name, help, labelNames = []) =>
      new library.Histogram({
        name: `sluice_${name}`,
        help,
        labelNames,
        registers,
        buckets: secondsBuckets,
      }),
  };
}
