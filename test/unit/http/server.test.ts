// The HTTP side port on a real socket: health, metrics, search as events, limits, stop.

import assert from "node:assert/strict";
import { connect } from "node:net";
import type { Document } from "../../../src/core/document.js";
import { SluiceError } from "../../../src/core/errors.js";
import type { SearchRequest } from "../../../src/contract/search-request.js";
import type { HttpServer } from "../../../src/http/server.js";
import type { Problem } from "../../../src/http/errors.js";
import { createEdgeEngine, hit, update, updates } from "../../support/edge-engine.js";
import type { EdgeEngine } from "../../support/edge-engine.js";
import { eventsOf } from "../../support/server-events.js";
import { serveOverHttp } from "../../support/http-edge.js";

describe("HTTP server", () => {
  let engine: EdgeEngine;
  let server: HttpServer;
  let base: string;
  const log: object[] = [];
  beforeEach(async () => {
    engine = createEdgeEngine();
    log.length = 0;
    server = await serveOverHttp(engine, {
      logger: { error: (details) => log.push(details) },
      metrics: () => Promise.resolve({ contentType: "text/plain", text: "sluice_up 1\n" }),
    });
    base = `http://127.0.0.1:${server.port}`;
  });
  afterEach(() => server.stop(100));

  it("answers liveness, readiness and metrics", async () => {
    assert.equal((await fetch(`${base}/livez`)).status, 200);
    const ready = await fetch(`${base}/readyz`);
    assert.equal(ready.status, 200);
    assert.deepEqual(await ready.json(), { status: "ready", reasons: [], findings: [] });
    const finding = { place: "collections/x", kind: "foreign", message: "not ours" } as const;
    const state = { reasons: ["the data folder is gone"], findings: [finding] };
    engine.readiness = () => ({ isReady: false, ...state });
    const refused = await fetch(`${base}/readyz`);
    assert.equal(refused.status, 503);
    assert.deepEqual(await refused.json(), { status: "not ready", ...state });
    assert.equal(await (await fetch(`${base}/metrics`)).text(), "sluice_up 1\n");
  });

  it("answers unknown paths and methods with problem details", async () => {
    const unknown = await fetch(`${base}/v2/nothing`);
    assert.equal(unknown.status, 404);
    assert.match(unknown.headers.get("content-type") ?? "", /^application\/problem\+json/);
    const { title, ...problem } = (await unknown.json()) as Problem;
    assert.deepEqual(problem, {
      type: "urn:sluice:error:PATH_NOT_FOUND",
      status: 404,
      detail: "nothing is at /v2/nothing",
      reason: "PATH_NOT_FOUND",
      remedy: "See /openapi.json for all paths.",
      retryable: false,
    });
    assert.match(title, /nothing at this path/);
    const wrongMethod = await fetch(`${base}/v1/search`, { method: "DELETE" });
    assert.equal(wrongMethod.status, 405);
    assert.equal(wrongMethod.headers.get("allow"), "GET, POST");
    assert.equal(((await wrongMethod.json()) as Problem).reason, "METHOD_NOT_ALLOWED");
    for (const path of [
      "/%zz",
      "/v1/collections/%ff/documents",
      `/v1/collections/${"a".repeat(5000)}`,
    ])
      assert.ok([400, 404, 414].includes((await fetch(`${base}${path}`)).status), path);
  });

  it("answers HEAD as GET without the content, and OPTIONS with the methods", async () => {
    const [got, head] = await Promise.all([
      fetch(`${base}/v1/collections`),
      fetch(`${base}/v1/collections`, { method: "HEAD" }),
    ]);
    assert.equal(head.status, 200);
    assert.equal(head.headers.get("content-type"), got.headers.get("content-type"));
    assert.equal(await head.text(), "");
    const options = await fetch(`${base}/v1/collections`, { method: "OPTIONS" });
    assert.equal(options.status, 204);
    assert.equal(options.headers.get("allow"), "GET, HEAD, POST, OPTIONS");
    // It would run the search for nothing.
    const stream = await fetch(`${base}/v1/search?collection=notes&q=a`, { method: "HEAD" });
    assert.equal(stream.status, 405);
  });

  it("compresses complete answers as their caller accepts", async () => {
    for (let i = 0; i < 20; i += 1) await engine.put("notes", document(`key ${i}`));
    const url = `${base}/v1/collections/notes/documents`;
    const plain = await fetch(url, { headers: { "accept-encoding": "identity" } });
    assert.equal(plain.headers.get("content-encoding"), null);
    const text = await plain.text();
    for (const encoding of ["gzip", "br"]) {
      const packed = await fetch(url, { headers: { "accept-encoding": encoding } });
      assert.equal(packed.headers.get("content-encoding"), encoding);
      assert.match(packed.headers.get("vary") ?? "", /accept-encoding/);
      assert.ok(Number(packed.headers.get("content-length")) < text.length / 2);
      assert.equal(await packed.text(), text);
    }
  });

  it("tells a browser that connects again to stop, since a search cannot be resumed", async () => {
    const headers = { "last-event-id": "3" };
    for (const path of ["/v1/collections/notes:search?q=a", "/v1/sessions"]) {
      const again = await fetch(`${base}${path}`, { headers });
      assert.equal(again.status, 204, path);
    }
  });

  it("ignores what it does not know, and says so", async () => {
    const answer = await post(
      { collection: "notes", query: "x", kk: 1, rerank: { depth: 5, "größe\n": true } },
      "application/json",
    );
    assert.equal(answer.status, 200);
    assert.equal(
      answer.headers.get("x-sluice-warning"),
      'ignored, since this version does not know them: "rerank.gr??e\\n", "kk"',
    );
    const parameter = await fetch(`${base}/v1/search?collection=notes&q=a&unknown=1`, {
      headers: { accept: "application/json" },
    });
    assert.equal(parameter.status, 200);
    assert.match(parameter.headers.get("x-sluice-warning") ?? "", /"unknown"/);
  });

  it("streams the updates of a search as events", async () => {
    const fields = new Map([
      ["n", { kind: "integer", value: 2n ** 60n }],
      ["at", { kind: "time", value: 0 }],
      ["tags", { kind: "keywords", value: ["a"] }],
    ] as const);
    const asked: SearchRequest[] = [];
    engine.script = (request) => {
      asked.push(request);
      return updates([
        update({ stage: "lexical", certificate: "lexical" }),
        update({ final: true, hits: [hit("a\n\nb", { payload: { title: "T", fields } })] }),
      ]);
    };
    const response = await fetch(`${base}/v1/search?q=how%20do%20I&collection=notes&k=3`);
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
    const events = eventsOf(await response.text());
    assert.deepEqual(
      events.map((event) => [event.id, event.event]),
      [
        ["1", "update"],
        ["2", "final"],
      ],
    );
    const last = JSON.parse(events[1]!.data) as {
      sequence: number;
      coverage: object;
      timings: object;
      hits: { key: string; payload: object }[];
    };
    assert.equal(last.sequence, 2);
    assert.deepEqual(last.coverage, {
      eligible: 10,
      sketch_scored: 10,
      maxsim_scored: 5,
      reranked: 0,
    });
    assert.deepEqual(last.timings, { total_us: 1235 });
    assert.equal(last.hits[0]!.key, "a\n\nb");
    assert.deepEqual(last.hits[0]!.payload, {
      title: "T",
      fields: { n: "1152921504606846976", at: "1970-01-01T00:00:00.000Z", tags: ["a"] },
    });
    assert.equal(asked[0]!.text, "how do I");
    assert.equal(asked[0]!.k, 3);
  });

  it("gives only the final update to callers that take JSON", async () => {
    engine.script = () => updates([update(), update(), update({ final: true, generation: 7 })]);
    const response = await post({ collection: "notes", query: "x" }, "application/json");
    assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
    const body = (await response.json()) as { final: boolean; generation: number };
    assert.equal(body.final, true);
    assert.equal(body.generation, 7);
  });

  it("takes every option in a JSON body, query vectors included", async () => {
    const asked: SearchRequest[] = [];
    engine.script = (request) => {
      asked.push(request);
      return updates([update({ final: true })]);
    };
    const base64 = Buffer.alloc(32, 1).toString("base64");
    const response = await post({
      collection: "notes",
      query: { vectors: { type: "int8", dim: 16, base64 } },
      exhaustive: true,
      fusion: "min_max",
      min_sequence: 4,
      payload: { text: false, highlights: true },
    });
    assert.equal(response.status, 200);
    await response.text();
    const { vectors, ...rest } = asked[0]!;
    assert.deepEqual(vectors, {
      type: "int8",
      dim: 16,
      bytes: Buffer.alloc(32, 1),
    });
    assert.equal(rest.exhaustive, true);
    assert.equal(rest.fusion, "min_max");
    assert.equal(rest.minSequence, 4);
    assert.deepEqual(rest.payload, { text: false, highlights: true });
  });

  const wrongBodies: readonly [string, string | object, RegExp][] = [
    ["body", "{", /not JSON/],
    ["body", Buffer.from([0x22, 0xff, 0x22]), /not JSON in UTF-8/],
    ["filter", { collection: "notes", query: "x", filter: {} }, /no object of one property/],
    ["filter", { collection: "notes", query: "x", filter: "year >" }, /character 7: expected/],
    [
      "filter.all[1].range.at_least",
      {
        collection: "notes",
        query: "x",
        filter: { all: [{ exists: "a" }, { range: { field: "b", at_least: "soon" } }] },
      },
      /neither a number nor an ISO 8601 time/,
    ],
    ["k", { collection: "notes", query: "x", k: 0 }, /k: /],
    ["collection", { collection: "../x", query: "x" }, /is no name/],
    ["query", { collection: "notes", query: " " }, /query is empty/],
    ["query", { collection: "notes" }, /query is empty/],
    [
      "query.vectors.base64",
      { collection: "notes", query: { vectors: { type: "int8", dim: 16, base64: "AAAA" } } },
      /3 bytes/,
    ],
  ];
  for (const [field, body, text] of wrongBodies) {
    it(`refuses a wrong ${field}: ${String(text)}`, async () => {
      const response = await post(body);
      assert.equal(response.status, 400);
      const problem = (await response.json()) as Problem;
      assert.equal(problem.field, field);
      assert.match(problem.detail, text);
    });
  }

  it("refuses a body beyond its limit with an answer, not with a broken connection", async () => {
    const response = await post("x".repeat(5 * 1024 * 1024));
    assert.equal(response.status, 413);
    assert.equal(((await response.json()) as Problem).reason, "LIMIT_EXCEEDED");
  });

  it("tells failures by status before the first update and by an event after it", async () => {
    engine.script = () => {
      throw new SluiceError("OVERLOADED", "256 searches wait");
    };
    const refused = await post({ collection: "notes", query: "x" });
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get("retry-after"), "1");
    engine.script = async function* () {
      yield* updates([update()]);
      throw new TypeError("inside");
    };
    const broken = await post({ collection: "notes", query: "x" });
    assert.equal(broken.status, 200);
    const last = eventsOf(await broken.text()).at(-1)!;
    assert.equal(last.event, "error");
    assert.doesNotMatch(last.data, /inside/);
    assert.equal(log.length, 1);
  });

  it("stops the engine when the reader leaves", async () => {
    let released = (): void => undefined;
    const isReleased = new Promise<void>((resolve) => {
      released = resolve;
    });
    engine.script = async function* (_, { signal }) {
      try {
        yield update();
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      } finally {
        released();
      }
    };
    const controller = new AbortController();
    const url = `${base}/v1/search?q=x&collection=notes`;
    const response = await fetch(url, { signal: controller.signal });
    await response.body!.getReader().read();
    controller.abort();
    await isReleased;
  });

  it("survives what is no HTTP", async () => {
    await new Promise((resolve) => {
      const socket = connect(server.port, "127.0.0.1", () =>
        socket.write("\x00\x01 nonsense\r\n\r\n"),
      );
      socket.on("error", resolve);
      socket.on("close", resolve);
      socket.resume();
    });
    assert.equal((await fetch(`${base}/livez`)).status, 200);
  });

  it("lets a running answer finish when it stops, and says which port cannot be had", async () => {
    await assert.rejects(serveOverHttp(engine, { port: server.port }), { reason: "PORT_IN_USE" });
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    engine.script = async function* () {
      yield update();
      await finished;
      yield update({ sequence: 2, final: true });
    };
    const response = await fetch(`${base}/v1/search?q=x&collection=notes`);
    const stopped = server.stop(60_000);
    finish();
    assert.equal(eventsOf(await response.text()).at(-1)!.event, "final");
    await stopped;
  });

  function post(body: string | object, accept = "*/*"): Promise<Response> {
    const isRaw = typeof body === "string" || Buffer.isBuffer(body);
    return fetch(`${base}/v1/search`, {
      method: "POST",
      headers: { accept, "content-type": "application/json" },
      body: isRaw ? body : JSON.stringify(body),
    });
  }
});

function document(key: string): Document {
  return { key, title: "", text: "Some words of a document. ".repeat(10), fields: new Map() };
}
