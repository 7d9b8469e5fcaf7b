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
    metrics.documentsWritten({ collection: "docs", documentCount: 2, passageCount: 5 });
    metrics.documentsDeleted({ collection: "docs", documentCount: 1 });
    metrics.errorReturned({ reason: "INVALID_TEXT" });
    metrics.callFinished({ path: "/sluice.v1.SearchService/Search", status: "OK", durationMs: 4 });
    await shows(metrics, [
      'sluice_documents_written_total{collection="docs"} 2',
      'sluice_passages_written_total{collection="docs"} 5',
      'sluice_documents_deleted_total{collection="docs"} 1',
      'sluice_errors_total{reason="INVALID_TEXT"} 1',
      'sluice_rpc_calls_total{path="/sluice.v1.SearchService/Search",status="OK"} 1',
    ]);
  });

  it("show the state of collections, queues and kernels, and forget what is dropped", async () => {
    const metrics = await createMetrics("0");
    const sizes = { generation: 7, documentCount: 3, passageCount: 4, segmentCount: 1 };
    let openCollections = ["a", "b"].map((name) => ({ name, ...sizes }));
    let waiting = 1;
    metrics.observe({
      openCollections: () => openCollections,
      collections: () => ({ known: 300, open: 2, openMax: 256 }),
      queues: () => ({ scoring: waiting }),
    });
    metrics.documentsDeleted({ collection: "b", documentCount: 1 });
    await shows(metrics, [
      'sluice_collection_documents{collection="b"} 3',
      'sluice_documents_deleted_total{collection="b"} 1',
      'sluice_worker_queue_tasks{pool="scoring"} 1',
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

  it("of two servers in one process are apart", async () => {
    const [one, other] = [await createMetrics("0"), await createMetrics("0")];
    one.errorReturned({ reason: "INTERNAL" });
    assert.ok(!(await other.render()).text.includes('reason="INTERNAL"'));
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
