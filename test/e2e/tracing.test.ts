// Traces of a real server: calls of both ports with their stages, jobs, upkeep and remote services,
// and a collector that errs or does not answer.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { eventually } from "../support/eventually.js";
import { startOtlpCollector } from "../support/otlp-collector.js";
import type { CollectedSpan, OtlpCollector } from "../support/otlp-collector.js";
import { methodsByPath } from "../support/raw-calls.js";
import { serviceKey, useRerankService } from "../support/rerank-service.js";
import { startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const search = "/sluice.v1.SearchService/Search";
const callerId = "00f067aa0ba902b7";
const secretWord = "xylophone";

describe("traces", () => {
  const service = useRerankService();
  let folder: string;
  let collector: OtlpCollector;
  let server: ServerProcess;
  /** The service of the test, where the server's configuration says. */
  let reload: () => Promise<void>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sluice-traces-"));
    collector = await startOtlpCollector();
    const file = join(folder, "rerankers.toml");
    const configure = (url: string): void =>
      writeFileSync(
        file,
        `[far]\nshape = "jina"\nurl = "${url}"\nmodel = "m"\nkeyEnv = "FAR_KEY"\nattempts = 1`,
      );
    configure("http://127.0.0.1:1");
    server = await startServerProcess({
      data: join(folder, "data"),
      flags: [
        ...["--tracing-endpoint", collector.url, "--tracing-sample-ratio", "1"],
        ...["--search-remote-rerankers", file, "--log-level", "info", "--log-format", "json"],
      ],
      environment: { FAR_KEY: serviceKey, OTEL_EXPORTER_OTLP_HEADERS: "x-collector-key=k1" },
    });
    reload = async () => {
      configure(service().url);
      const count = reloadsOf(server);
      server.kill("SIGHUP");
      await eventually(() => assert.ok(reloadsOf(server) > count));
    };
    await server.client.collections.create({ name: "notes" });
    await server.client.ingest("notes", [
      { key: "a", title: "", text: "a quiet valley", fields: new Map() },
      { key: "b", title: "", text: "a loud street", fields: new Map() },
    ]);
  });
  after(async () => {
    await collector.stop();
    rmSync(folder, { recursive: true });
  });

  it("hold a search with its stages, within the caller's trace and around the remote call", async () => {
    await reload();
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    const untraced = "11f92f3577b34da6a3ce929d0e0e4736";
    await searchOverGrpc(server, `00-${untraced}-${callerId}-00`);
    await searchOverGrpc(server, `00-${traceId}-${callerId}-01`);
    const isCall = (span: CollectedSpan): boolean =>
      span.traceId === traceId && span.name === search.slice(1);
    const all = await spansWhen(collector, (found) => found.some(isCall));
    assert.ok(all.every((span) => span.traceId !== untraced));
    const spans = all.filter((span) => span.traceId === traceId);
    const [call, asked, remote] = [search.slice(1), "search", "POST"].map((name) =>
      one(spans, name),
    );
    assert.deepEqual([call?.parentId, call?.kind], [callerId, "SPAN_KIND_SERVER"]);
    assert.equal(call?.traceState, "vendor=1");
    assert.equal(call.attributes["rpc.grpc.status_code"], 0);
    assert.equal(asked?.parentId, call.spanId);
    assert.equal(asked.attributes["sluice.certificate"], "reranked");
    assert.equal(asked.attributes["sluice.coverage.maxsim_scored"], 2);
    assert.deepEqual(asked.attributes["sluice.degradations"], []);
    for (const name of stageNames) {
      const stage = one(spans, name);
      assert.equal(stage.parentId, asked.spanId);
      assert.ok(stage.startNs <= stage.endNs);
      assert.ok(stage.startNs >= call.startNs && stage.endNs <= call.endNs, name);
    }
    const late = one(spans, "late_interaction").attributes;
    assert.equal(late["sluice.certificate"], "exact");
    assert.equal(late["sluice.coverage.maxsim_scored"], 2);
    const stageId = one(spans, "cross_encoder").spanId;
    assert.deepEqual([remote?.kind, remote?.parentId], ["SPAN_KIND_CLIENT", stageId]);
    const [first, second] = service().requests;
    // The service is told of a caller that is not traced, too.
    assert.match(first?.traceparent ?? "", new RegExp(`^00-${untraced}-.{16}-00$`));
    assert.equal(second?.traceparent, `00-${traceId}-${remote?.spanId}-01`);
    assert.equal(second.tracestate, "vendor=1");
    assert.equal(collector.headers[0]?.["x-collector-key"], "k1");
  });

  it("hold HTTP requests, ingest streams, jobs, failures and the upkeep of collections", async () => {
    const steps: string[] = [];
    for await (const { step } of server.client.collections.optimize("notes")) steps.push(step);
    assert.ok(steps.includes("flushing the journal"));
    const answer = await fetch(`${server.url}/v1/search?collection=none&q=x`);
    assert.equal(answer.status, 404);
    await (await fetch(`${server.url}/readyz`)).text();
    const optimize = "sluice.v1.CollectionService/Optimize";
    const spans = await spansWhen(collector, (all) =>
      ["GET /v1/search", "flush", optimize].every((name) => all.some((span) => span.name === name)),
    );
    const ingest = one(spans, "sluice.v1.DocumentService/Ingest");
    assert.equal(ingest.attributes["sluice.collection"], "notes");
    const documents = one(spans, "documents");
    assert.equal(documents.parentId, ingest.spanId);
    assert.equal(documents.attributes["sluice.documents"], 2);
    assert.equal(documents.attributes["sluice.documents_refused"], 0);
    assert.equal(one(spans, "flushing the journal").parentId, one(spans, optimize).spanId);
    assert.equal(one(spans, "flush").attributes["sluice.collection"], "notes");
    const http = one(spans, "GET /v1/search");
    assert.equal(http.attributes["http.response.status_code"], 404);
    const failed = spans.find(
      ({ name, parentId }) => name === "search" && parentId === http.spanId,
    );
    assert.equal(failed?.isFailed, true);
    assert.ok(!spans.some(({ name }) => name.includes("readyz")));
  });

  it("contain no query, no text and no key", () => {
    const told = JSON.stringify(collector.spans, (_, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
    assert.doesNotMatch(told, new RegExp(`${secretWord}|${serviceKey}|quiet`));
  });

  it("never hold up a search or a stop, whatever the collector does", async () => {
    await reload();
    collector.respond = (response) => void response.writeHead(400).end();
    await searchOverGrpc(server, undefined);
    await eventually(async () => {
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      assert.match(metrics, /sluice_trace_spans_total{outcome="failed"} [1-9]/);
    });
    // No answer at all from now on.
    collector.respond = () => undefined;
    const received = collector.spans.length;
    for (let i = 0; i < 20; i += 1) await searchOverGrpc(server, undefined);
    await eventually(() => assert.ok(collector.spans.length > received));
    await searchOverGrpc(server, undefined);
    await stopServer(server);
    const lines = server.stderr().split("\n");
    assert.equal(lines.filter((line) => line.includes("traces cannot be exported")).length, 1);
  });
});

const stageNames = [
  "queue",
  "encode",
  "lexical",
  "candidates",
  "late_interaction",
  "cross_encoder",
];

function reloadsOf(server: ServerProcess): number {
  return server.stderr().split('"message":"reloaded"').length - 1;
}

function one(spans: readonly CollectedSpan[], name: string): CollectedSpan {
  const found = spans.filter((span) => span.name === name);
  assert.equal(found.length, 1, `${found.length} spans "${name}"`);
  return found[0]!;
}

async function spansWhen(
  { spans }: OtlpCollector,
  isComplete: (spans: readonly CollectedSpan[]) => boolean,
): Promise<readonly CollectedSpan[]> {
  await eventually(() => assert.ok(isComplete(spans)));
  return spans;
}

/** A re-ranked search to its end. */
function searchOverGrpc(
  { address }: ServerProcess,
  traceparent: string | undefined,
): Promise<void> {
  const method = methodsByPath().get(search)!;
  const client = new Client(address, credentials.createInsecure());
  const metadata = new Metadata();
  if (traceparent !== undefined) {
    metadata.set("traceparent", traceparent);
    metadata.set("tracestate", "vendor=1");
  }
  // Answers and scores that are cached would have no stages.
  const text = `${secretWord} ${(searchCount += 1)} valley`;
  return new Promise((resolve, reject) => {
    const call = client.makeServerStreamRequest(
      search,
      method.requestSerialize,
      method.responseDeserialize,
      { collection: "notes", query: { text }, rerank: { model: "far" } },
      metadata,
    );
    call.on("data", () => undefined);
    call.on("error", reject);
    call.on("end", () => {
      client.close();
      resolve();
    });
  });
}

let searchCount = 0;
