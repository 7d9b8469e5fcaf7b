// What stands at /metrics after things have happened.

import assert from "node:assert/strict";
import { limits } from "../../../src/core/limits.js";
import { createMetrics, createNoMetrics } from "../../../src/observability/metrics.js";
import type { Metrics } from "../../../src/observability/metrics.js";

describe("metrics", () => {
  it("count searches by outcome, with times by stage", async () => {
    const metrics = await createMetrics("1.2.3");
    metrics.searchStarted();
    metrics.searchStarted();
    metrics.searchFinished({
      outcome: "ok",
      durationMs: 12,
      firstUpdateMs: 2,
      updateCount: 3,
      certificate: "exact",
      stageMs: { encode: 5, lexical: 1 },
      degradations: ["ENCODER_FAILED"],
    });
    metrics.searchStarted();
    metrics.searchFinished({ outcome: "refused", durationMs: 0, updateCount: 0 });
    await shows(metrics, [
      'sluice_searches_total{outcome="ok"} 1',
      'sluice_searches_total{outcome="refused"} 1',
      "sluice_searches_running 1",
      "sluice_search_updates_total 3",
      "sluice_search_seconds_sum 0.012",
      "sluice_search_first_update_seconds_count 1",
      'sluice_search_stage_seconds_sum{stage="encode"} 0.005',
      'sluice_search_certificates_total{certificate="exact"} 1',
      'sluice_search_degradations_total{reason="ENCODER_FAILED"} 1',
      'sluice_build_info{version="1.2.3"} 1',
    ]);
  });

  it("count documents, errors and calls", async () => {
    const metrics = await createMetrics("0");
    metrics.documentsWritten({
      collection: "docs",
      documentCount: 2,
      passageCount: 5,
      durationMs: 8,
    });
    metrics.documentsDeleted({ collection: "docs", documentCount: 1 });
    metrics.errorReturned({ reason: "INVALID_TEXT" });
    const call = { requestId: "r", durationMs: 4 };
    const path = "/sluice.v1.SearchService/Search";
    metrics.callFinished({ ...call, via: "grpc", path, status: "OK", peer: "key:a1" });
    metrics.callFinished({ ...call, via: "grpc", path, status: "INTERNAL", peer: "10.0.0.7" });
    const http = { ...call, via: "http", path: "GET /v1/search" } as const;
    metrics.callFinished({ ...http, route: "/v1/search", status: "404", peer: "key:a1" });
    metrics.callFinished({ ...http, path: "GET /made/up", status: "404" });
    await shows(metrics, [
      'sluice_documents_written_total{collection="docs"} 2',
      'sluice_passages_written_total{collection="docs"} 5',
      'sluice_documents_deleted_total{collection="docs"} 1',
      'sluice_errors_total{reason="INVALID_TEXT"} 1',
      "sluice_document_write_seconds_sum 0.008",
      'sluice_rpc_calls_total{path="/sluice.v1.SearchService/Search",status="OK"} 1',
      'sluice_http_requests_total{route="/v1/search",method="GET",status="404"} 1',
      'sluice_http_requests_total{route="(none)",method="GET",status="404"} 1',
      'sluice_caller_calls_total{caller="key:a1",outcome="ok"} 1',
      'sluice_caller_calls_total{caller="key:a1",outcome="refused"} 1',
      'sluice_caller_calls_total{caller="(none)",outcome="failed"} 1',
    ]);
  });

  it("show the state of collections, queues and kernels, and forget what is dropped", async () => {
    const metrics = await createMetrics("0");
    const counts = { documentCount: 3, passageCount: 4, segmentCount: 1 };
    const sizes = { generation: 7, ...counts, diskBytes: 4096 };
    let openCollections = ["a", "b"].map((name) => ({ name, ...sizes }));
    let waiting = 1;
    metrics.observe({
      openCollections: () => openCollections,
      collections: () => ({ known: 300, open: 2, openMax: 256 }),
      workers: () => ({ scoring: { threadCount: 2, busyMs: 1500, queuedTasks: waiting } }),
    });
    metrics.documentsDeleted({ collection: "b", documentCount: 1 });
    await shows(metrics, [
      'sluice_collection_documents{collection="b"} 3',
      'sluice_documents_deleted_total{collection="b"} 1',
      'sluice_worker_queue_tasks{pool="scoring"} 1',
      'sluice_worker_threads{pool="scoring"} 2',
      'sluice_worker_busy_seconds_total{pool="scoring"} 1.5',
      'sluice_collection_disk_bytes{collection="b"} 4096',
    ]);
    metrics.collectionDropped("b");
    openCollections = openCollections.slice(0, 1);
    waiting = 9;
    metrics.kernelChosen("native-avx2");
    metrics.kernelChosen("reference");
    metrics.ready(true);
    const text = await shows(metrics, [
      'sluice_collection_generation{collection="a"} 7',
      'sluice_collection_segments{collection="a"} 1',
      'sluice_worker_queue_tasks{pool="scoring"} 9',
      'sluice_kernel_info{kernel="reference"} 1',
      "sluice_collections 300",
      "sluice_collections_open 2",
      "sluice_collections_open_max 256",
      "sluice_ready 1",
    ]);
    assert.ok(!text.includes('collection="b"') && !text.includes("native-avx2"));
  });

  it("have a bounded number of series, however many collections are written to", async () => {
    const metrics = await createMetrics("0");
    for (let i = 0; i < 1000; i += 1)
      metrics.documentsDeleted({ collection: `c${i}`, documentCount: 1 });
    const { text } = await metrics.render();
    const series = text.match(/^sluice_documents_deleted_total/gm) ?? [];
    assert.equal(series.length, limits.metricCollectionsMax + 1);
    const others = 1000 - limits.metricCollectionsMax;
    assert.ok(text.includes(`sluice_documents_deleted_total{collection="(others)"} ${others}`));
  });

  it("measure what runs, and begin at zero where rates are watched", async () => {
    const metrics = await createMetrics("0");
    const ended = metrics.maintenanceStarted("merge");
    metrics.maintenanceStarted("flush");
    ended(20);
    metrics.rerankFinished({ outcome: "ok", durationMs: 30 });
    await shows(metrics, [
      'sluice_maintenance_running{kind="merge"} 0',
      'sluice_maintenance_running{kind="flush"} 1',
      'sluice_maintenance_seconds_sum{kind="merge"} 0.02',
      'sluice_reranks_total{outcome="ok"} 1',
      "sluice_rerank_seconds_sum 0.03",
      'sluice_errors_total{reason="STORAGE_FAILED"} 0',
      'sluice_search_degradations_total{reason="BUDGET_EXHAUSTED"} 0',
      'sluice_search_certificates_total{certificate="exact"} 0',
    ]);
  });

  it("of callers are bounded too, and do not name addresses", async () => {
    const metrics = await createMetrics("0");
    const call = { requestId: "r", via: "grpc", path: "/p", status: "OK", durationMs: 1 } as const;
    for (let i = 0; i < 1000; i += 1) {
      metrics.callFinished({ ...call, peer: `key:${i}` });
      metrics.callFinished({ ...call, peer: `10.0.0.${i}` });
    }
    const { text } = await metrics.render();
    const callers = text.match(/^sluice_caller_calls_total/gm) ?? [];
    assert.equal(callers.length, limits.metricCallersMax + 2);
    assert.ok(!text.includes("10.0.0."));
  });

  it("of two servers in one process are apart", async () => {
    const [one, other] = [await createMetrics("0"), await createMetrics("0")];
    one.errorReturned({ reason: "INTERNAL" });
    await shows(one, ['sluice_errors_total{reason="INTERNAL"} 1']);
    await shows(other, ['sluice_errors_total{reason="INTERNAL"} 0']);
  });

  it("can be left out", async () => {
    const metrics = createNoMetrics();
    metrics.searchStarted();
    assert.equal((await metrics.render()).text, "");
  });
});

async function shows(metrics: Metrics, lines: readonly string[]): Promise<string> {
  const { contentType, text } = await metrics.render();
  assert.match(contentType, /^text\/plain; version=0\.0\.4/);
  const present = new Set(text.split("\n"));
  assert.deepEqual(
    lines.filter((line) => !present.has(line)),
    [],
  );
  return text;
}
