// Traces on their way to a collector that accepts them, waits or refuses, and under clocks that jump.

import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { limits } from "../../../src/core/limits.js";
import { openTracing } from "../../../src/observability/tracing.js";
import type { Tracing, TracingOptions } from "../../../src/observability/tracing.js";
import { eventually } from "../../support/eventually.js";
import { accept, startOtlpCollector } from "../../support/otlp-collector.js";
import type { OtlpCollector } from "../../support/otlp-collector.js";

const call = { name: "call", attributes: {}, traceparent: undefined, tracestate: undefined };

describe("tracing", () => {
  let collector: OtlpCollector;
  beforeEach(async () => {
    collector = await startOtlpCollector();
  });
  afterEach(() => collector.stop());

  function open(options: Partial<TracingOptions> = {}): Promise<Tracing> {
    return openTracing({
      endpoint: `${collector.url}/`,
      sampleRatio: 1,
      version: "1.2.3",
      onExport: () => undefined,
      nowMs: Date.now,
      clock: () => performance.now(),
      ...options,
    });
  }

  it("exports a call with what is within it, and names the server", async () => {
    const tracing = await open();
    const span = tracing.beginCall({
      ...call,
      attributes: { "rpc.method": "Search", no: undefined },
    });
    const stage = span.child("lexical", { attributes: { list: ["a", "b"], count: 3 } });
    stage.end({ error: "LATE" });
    stage.end();
    span.end();
    await tracing.close();
    const [inner, outer] = collector.spans;
    assert.equal(inner?.parentId, outer?.spanId);
    assert.equal(inner?.traceId, span.traceId);
    assert.deepEqual(inner?.attributes, { list: ["a", "b"], count: 3, "error.type": "LATE" });
    assert.deepEqual([inner?.isFailed, outer?.isFailed], [true, false]);
    assert.deepEqual(outer?.attributes, { "rpc.method": "Search" });
    assert.equal(outer?.kind, "SPAN_KIND_SERVER");
    assert.equal(outer?.resource["service.name"], "sluice");
    assert.equal(outer?.resource["service.version"], "1.2.3");
  });

  it("does as the caller decided, and by the ratio only when it did not", async () => {
    const [traceId, spanId] = ["4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"];
    const headers = (flags: string) => ({ traceparent: `00-${traceId}-${spanId}-${flags}` });
    for (const sampleRatio of [0, 1]) {
      const tracing = await open({ sampleRatio });
      const taken = tracing.beginCall({ ...call, ...headers("01"), tracestate: "a=1,b=2" });
      const left = tracing.beginCall({ ...call, ...headers("00") });
      const own = tracing.beginCall({ ...call, traceparent: "no header" });
      assert.deepEqual([taken.isSampled, left.isSampled], [true, false]);
      assert.equal(own.isSampled, sampleRatio === 1);
      assert.match(taken.headers()["traceparent"] ?? "", new RegExp(`^00-${traceId}-.{16}-01$`));
      assert.equal(taken.headers()["tracestate"], "a=1,b=2");
      assert.match(left.child("a").headers()["traceparent"] ?? "", /-00$/);
      taken.end();
      await tracing.close();
    }
    const parents = collector.spans.map(({ parentId }) => parentId);
    assert.deepEqual(parents, [spanId, spanId]);
  });

  it("bounds the spans of a call", async () => {
    const tracing = await open();
    const span = tracing.beginCall(call);
    for (let i = 0; i < 2 * limits.traceCallSpansMax; i += 1) span.child("step").end();
    span.end();
    await tracing.close();
    assert.equal(collector.spans.length, limits.traceCallSpansMax + 1);
  });

  it("keeps durations when the wall clock jumps", async () => {
    let wallMs = Date.UTC(2026, 0, 1);
    let monotonicMs = 1000;
    const tracing = await open({ nowMs: () => wallMs, clock: () => monotonicMs });
    const span = tracing.beginCall(call);
    wallMs -= 3_600_000;
    monotonicMs += 5;
    const stage = span.child("stage");
    monotonicMs += 7;
    stage.end();
    span.end();
    await tracing.close();
    const [inner, outer] = collector.spans;
    assert.equal(outer?.startNs, BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n);
    assert.equal(outer.endNs - outer.startNs, 12_000_000n);
    assert.equal((inner?.startNs ?? 0n) - outer.startNs, 5_000_000n);
  });

  it("drops spans while the collector waits, instead of gathering them", async () => {
    const waiting: ServerResponse[] = [];
    collector.respond = (response) => void waiting.push(response);
    const tracing = await open();
    const count = 4 * limits.traceQueueSpansMax;
    for (let i = 0; i < count; i += 1) {
      tracing.beginCall(call).end();
      // The library exports between two turns of the event loop.
      if (i % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => assert.equal(waiting.length, 1));
    collector.respond = accept;
    waiting.forEach(accept);
    await tracing.close();
    const most = limits.traceQueueSpansMax + limits.traceBatchSpansMax;
    assert.ok(collector.spans.length <= most, `${collector.spans.length} of ${count}`);
    assert.ok(collector.spans.length >= limits.traceQueueSpansMax);
  });

  it("reports what a collector refuses, and goes on", async () => {
    const outcomes: string[] = [];
    const tracing = await open({
      onExport: ({ spanCount, error }) => outcomes.push(`${spanCount} ${error === undefined}`),
    });
    collector.respond = (response) => void response.writeHead(400).end();
    tracing.beginCall(call).end();
    await eventually(() => assert.deepEqual(outcomes, ["1 false"]));
    collector.respond = accept;
    tracing.beginCall(call).end();
    await tracing.close();
    assert.deepEqual(outcomes, ["1 false", "1 true"]);
  });
});
