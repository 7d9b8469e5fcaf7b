// Names, help texts and buckets of the metrics that are updated when something happens.

import type * as prometheus from "prom-client";

// Seconds. Stages take tens of microseconds to a second; from 5 ms on the steps double.
const secondsBuckets = [
  ...[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64],
  ...[1.28, 2.56, 5.12, 10.24],
];

export type Instruments = ReturnType<typeof createInstruments>;

/** Creates and registers every instrument. */
export function createInstruments(library: typeof prometheus, registry: prometheus.Registry) {
  const { counter, gauge, seconds } = createFactory(library, registry);
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
    documentsWritten: counter("documents_written_total", "Documents made durable.", ["collection"]),
    passagesWritten: counter("passages_written_total", "Passages made durable.", ["collection"]),
    documentsDeleted: counter("documents_deleted_total", "Documents deleted.", ["collection"]),
    errors: counter("errors_total", "Requests and documents rejected or failed.", ["reason"]),
    calls: counter("rpc_calls_total", "RPCs by status.", ["path", "status"]),
    callSeconds: seconds("rpc_call_seconds", "Duration of RPCs, streams included.", ["path"]),
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
    reloads: counter("reloads_total", "Files reloaded after SIGHUP.", ["what", "outcome"]),
    remoteCalls: counter("remote_rerank_calls_total", "Attempts at remote rerankers.", [
      "reranker",
      "outcome",
    ]),
    remoteSeconds: seconds("remote_rerank_seconds", "Duration of an attempt.", ["reranker"]),
  };
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
