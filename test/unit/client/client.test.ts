// The client against a real server on a real port.

import assert from "node:assert/strict";
import { promisify } from "node:util";
import { Metadata, Server, ServerCredentials } from "@grpc/grpc-js";
import type { handleUnaryCall } from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";
import { openAccess } from "../../../src/access/access.js";
import { createClient } from "../../../src/client/client.js";
import { SluiceClientError } from "../../../src/client/client-error.js";
import type { ClientIngestError } from "../../../src/client/types.js";
import type { Document } from "../../../src/core/document.js";
import { SluiceError } from "../../../src/core/errors.js";
import { parseFilter } from "../../../src/core/parse-filter.js";
import type { SearchUpdate } from "../../../src/contract/search-update.js";
import { hit, update, updates } from "../../support/edge-engine.js";
import type { Fields } from "../../../src/core/document.js";
import { startEdge } from "../../support/edge-server.js";
import type { Edge } from "../../support/edge-server.js";

describe("client", () => {
  let edge: Edge;
  beforeEach(async () => {
    edge = await startEdge();
  });
  afterEach(() => edge.close());

  it("tells how far a long job is, and that it went well", async () => {
    await edge.client.collections.create({ name: "notes", dim: 16 });
    const told = await collect(edge.client.collections.optimize("notes", { full: true }));
    assert.deepEqual(
      told.map(({ done, total, isFinished }) => ({ done, total, isFinished })),
      [
        { done: 0, total: 1, isFinished: false },
        { done: 1, total: 1, isFinished: false },
        { done: 1, total: 1, isFinished: true },
      ],
    );
    await assert.rejects(collect(edge.client.collections.optimize("missing")), {
      reason: "COLLECTION_NOT_FOUND",
    });
  });

  it("gives every update of a search, with all that the engine said", async () => {
    const fields = new Map([
      ["tags", { kind: "keywords", value: ["a", "b"] }],
      ["big", { kind: "integer", value: -(2n ** 63n) }],
      ["at", { kind: "time", value: -5 }],
    ] as const);
    edge.engine.script = () =>
      updates([
        update({ stage: "lexical", certificate: "lexical", hits: [hit("k1")] }),
        update({
          final: true,
          certificate: "exact",
          coverage: { eligible: 10, sketchScored: 10, maxSimScored: 10, reranked: 0 },
          settledCount: 1,
          timings: { queue: 1, lexical: 20.6, total: 9900 },
          degradations: [{ reason: "BUDGET_EXHAUSTED", message: "m", stages: ["candidates"] }],
          hits: [
            hit("k2", {
              score: 1.25,
              parts: { bm25: 0, maxsim: 3.5 },
              passageNumber: 2,
              span: { start: 5, end: 9 },
              payload: { title: "", text: "τέxt", fields },
            }),
          ],
        }),
      ]);
    const received = await collect(edge.client.search({ collection: "notes", text: "x" }));
    assert.deepEqual(
      received.map(({ sequence, final, stage }) => ({ sequence, final, stage })),
      [
        { sequence: 1, final: false, stage: "lexical" },
        { sequence: 2, final: true, stage: "late_interaction" },
      ],
    );
    const last = received[1]!;
    assert.equal(last.certificate, "exact");
    assert.equal(last.settledCount, 1);
    assert.equal(last.generation, 3);
    assert.deepEqual(last.coverage, {
      eligible: 10,
      sketchScored: 10,
      maxSimScored: 10,
      reranked: 0,
    });
    assert.equal(last.timings.lexical, 21);
    assert.equal(last.timings.encode, undefined);
    assert.equal(last.expectedRecall, undefined);
    assert.deepEqual(last.degradations, [
      { reason: "BUDGET_EXHAUSTED", message: "m", stages: ["candidates"] },
    ]);
    const found = last.hits[0]!;
    assert.equal(found.parts.bm25, 0);
    assert.equal(found.parts.sketch, undefined);
    assert.equal(found.parts.maxsim, 3.5);
    assert.deepEqual(found.span, { start: 5, end: 9 });
    assert.equal(found.payload?.title, "");
    assert.equal(found.payload?.text, "τέxt");
    assert.deepEqual(found.payload?.fields, fields);
  });

  it("updates fields of each document on its own", async () => {
    await edge.client.ingest("notes", someDocuments(2));
    const set: Fields = new Map([["years", { kind: "integers", value: [1n, 2n ** 60n] }]]);
    const updates = ["d0", "none", "d1"].map((key) => ({ key, set, remove: ["f"] }));
    const { acks, errors } = await edge.client.update("notes", updates);
    assert.deepEqual(
      acks.map(({ clientSequence, key }) => [clientSequence, key]),
      [
        [1, "d0"],
        [3, "d1"],
      ],
    );
    assert.deepEqual(
      errors.map(({ clientSequence, key, reason }) => [clientSequence, key, reason]),
      [[2, "none", "DOCUMENT_NOT_FOUND"]],
    );
    const { documents } = await edge.client.get("notes", ["d0"]);
    assert.deepEqual(documents[0]?.fields.get("years"), set.get("years"));
    for (const [wrong, field] of [
      [[], "updates"],
      [[updates[0]!, updates[0]!], "updates[1].key"],
      [[{ ...updates[0]!, key: "" }], "updates[0].key"],
      [[{ ...updates[0]!, remove: [""] }], "updates[0].remove[0]"],
    ] as const)
      await assert.rejects(edge.client.update("notes", wrong), { field });
  });

  it("stores, reads, pages through and deletes documents", async () => {
    const errors: ClientIngestError[] = [];
    const acks: string[] = [];
    const summary = await edge.client.ingest("notes", someDocuments(300), {
      onAck: (ack) => acks.push(ack.key),
      onError: (error) => errors.push(error),
    });
    assert.deepEqual(errors, []);
    assert.equal(new Set(acks).size, 300);
    assert.deepEqual(summary, { acknowledgedCount: 300, failedCount: 0, lastSequence: 300 });

    const { documents, missingKeys } = await edge.client.get("notes", ["d7", "none", "d3"]);
    assert.deepEqual(
      documents.map((document) => document.key),
      ["d7", "d3"],
    );
    assert.deepEqual(missingKeys, ["none"]);
    assert.deepEqual(documents[0]!.fields.get("n"), { kind: "integer", value: 7n });

    const listed: string[] = [];
    let pageToken: string | undefined = "";
    while (pageToken !== undefined) {
      const page = await edge.client.list("notes", { pageSize: 70, pageToken });
      listed.push(...page.documents.map((document) => document.key));
      pageToken = page.nextPageToken;
    }
    assert.equal(listed.length, 300);
    assert.deepEqual(listed, [...listed].sort());

    const deleted = await edge.client.delete("notes", ["d1", "d2", "none"]);
    assert.equal(deleted.deletedCount, 2);
    assert.equal(deleted.missingCount, 1);
    assert.equal((await edge.client.get("notes", ["d1"])).documents.length, 0);

    const { deletedCount } = await edge.client.deleteWhere("notes", parseFilter("n >= 290"));
    assert.equal(deletedCount, listed.filter((key) => Number(key.slice(1)) >= 290).length);
    await assert.rejects(
      edge.client.deleteWhere("notes", { kind: "all", filters: [{ kind: "exists", field: "" }] }),
      { reason: "INVALID_FIELD", field: "filter.all.filters[0].exists" },
    );
  });

  it("pages through large documents in small pages, and refuses a read too large", async () => {
    const text = "z".repeat(1024 * 1024);
    await edge.client.ingest("notes", someDocuments(40, text));
    const listed: string[] = [];
    let pageToken: string | undefined = "";
    while (pageToken !== undefined) {
      const page = await edge.client.list("notes", { pageSize: 1000, pageToken });
      assert.ok(page.documents.length <= 2);
      listed.push(...page.documents.map((document) => document.key));
      pageToken = page.nextPageToken;
    }
    assert.equal(new Set(listed).size, 40);
    const keys = listed.slice(0, 20);
    assert.equal((await edge.client.get("notes", keys)).documents.length, 20);
    await assert.rejects(edge.client.get("notes", [...listed, "more"]), {
      reason: "LIMIT_EXCEEDED",
      field: undefined,
    });
  });

  it("creates, lists, describes and drops collections", async () => {
    const settings = await edge.client.collections.create({ name: "vectors", dim: 48 });
    assert.equal(settings.dim, 48);
    const names = (await edge.client.collections.list()).map((one) => one.settings.name);
    assert.deepEqual(names, ["notes", "vectors"]);
    const notes = await edge.client.collections.describe("notes");
    assert.equal(notes.settings.modelName, undefined);
    assert.equal(notes.settings.seed, 2 ** 32 - 7);
    assert.equal(notes.diskBytes, 4096);
    await edge.client.collections.drop("vectors");
    await assert.rejects(edge.client.collections.describe("vectors"), {
      reason: "COLLECTION_NOT_FOUND",
      status: "NOT_FOUND",
      retryable: false,
    });
  });

  it("tells which field is wrong and what to do", async () => {
    const calls = collect(edge.client.search({ collection: "notes", text: "x", k: 0 }));
    await assert.rejects(calls, (error) => {
      assert.ok(error instanceof SluiceClientError);
      assert.equal(error.reason, "INVALID_FIELD");
      assert.equal(error.field, "k");
      assert.equal(error.message, "k is 0, it must be 1 to 1000");
      assert.equal(error.remedy, "Correct the field that is named.");
      assert.equal(error.retryable, false);
      return true;
    });
  });

  it("tries a search again that was refused for overload, and no other failure", async () => {
    let attempts = 0;
    edge.engine.script = () => {
      attempts += 1;
      if (attempts < 3) throw new SluiceError("OVERLOADED", "too many searches wait");
      return updates([update({ final: true })]);
    };
    await edge.client.searchFinal({ collection: "notes", text: "x" });
    assert.equal(attempts, 3);

    edge.engine.script = () => {
      attempts += 1;
      throw new SluiceError("COLLECTION_NOT_FOUND", "gone");
    };
    await assert.rejects(edge.client.searchFinal({ collection: "notes", text: "x" }), {
      reason: "COLLECTION_NOT_FOUND",
    });
    assert.equal(attempts, 4);
  });

  it("does not try a search again whose updates have begun", async () => {
    let attempts = 0;
    edge.engine.script = async function* () {
      attempts += 1;
      yield* updates([update()]);
      throw new SluiceError("OVERLOADED", "lost its place");
    };
    const received: SearchUpdate[] = [];
    await assert.rejects(
      async () => {
        for await (const one of edge.client.search({ collection: "notes", text: "x" })) {
          received.push(one);
        }
      },
      { reason: "OVERLOADED", retryable: true, retryDelayMs: 100 },
    );
    assert.equal(attempts, 1);
    assert.ok(received.every((one) => !one.final));
  });

  it("carries an ingest on over a new stream when the server goes away", async () => {
    const port = edge.server.port;
    let isDown = false;
    edge.engine.beforePut = async (document) => {
      if (document.key !== "d150" || isDown) return;
      isDown = true;
      await edge.server.stop(0);
      edge = {
        ...(await startEdge({ port, access: openAccess(edge.engine) })),
        client: edge.client,
      };
    };
    const engine = edge.engine;
    const acked = new Set<string>();
    const summary = await edge.client.ingest("notes", someDocuments(400), {
      onAck: (ack) => acked.add(ack.key),
    });
    assert.equal(summary.acknowledgedCount, 400);
    assert.equal(acked.size, 400);
    assert.equal(engine.documents.size, 400);
  });

  it("passes on what the documents' iterable throws", async () => {
    async function* broken(): AsyncGenerator<Document> {
      yield* someDocuments(3);
      await Promise.resolve();
      throw new Error("line 4 is not JSON");
    }
    await assert.rejects(edge.client.ingest("notes", broken()), /line 4 is not JSON/);
  });

  it("knows whether the server serves", async () => {
    assert.equal(await edge.client.health(), "SERVING");
    edge.server.setReady(false);
    assert.equal(await edge.client.health(), "NOT_SERVING");
    const waiting = edge.client.waitForReady(5_000);
    edge.server.setReady(true);
    await waiting;
    await edge.server.stop(1000);
    assert.equal(await edge.client.health({ deadlineMs: 500 }), "UNREACHABLE");
  });

  it("cancels a search when the loop is left and when its signal aborts", async () => {
    const ended: string[] = [];
    edge.engine.script = async function* (_, { signal }) {
      try {
        yield* updates([update()]);
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      } finally {
        ended.push("released");
      }
    };
    for await (const first of edge.client.search({ collection: "notes", text: "x" })) {
      assert.equal(first.sequence, 1);
      break;
    }
    const controller = new AbortController();
    await assert.rejects(
      async () => {
        const request = { collection: "notes", text: "x" };
        const { signal } = controller;
        for await (const one of edge.client.search(request, { signal })) {
          assert.equal(one.final, false);
          controller.abort();
        }
      },
      { reason: "CANCELLED" },
    );
    while (ended.length < 2) await new Promise((resolve) => setImmediate(resolve));
    while (edge.calls.length < 2) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(
      edge.calls.map((call) => call.status),
      ["CANCELLED", "CANCELLED"],
    );
  });

  it("passes each warning of a server on once", async () => {
    const server = new Server();
    server.addService(healthService, {
      Check: ((_, callback) => {
        const trailer = new Metadata();
        trailer.set("x-sluice-warning", 'ignored: "SearchRequest field 99"');
        callback(null, { status: "SERVING" }, trailer);
      }) satisfies handleUnaryCall<object, object>,
    });
    const bind = promisify(server.bindAsync.bind(server));
    const port = await bind("127.0.0.1:0", ServerCredentials.createInsecure());
    const warnings: string[] = [];
    const client = createClient({
      address: `127.0.0.1:${port}`,
      nowMs: Date.now,
      random: () => 0.5,
      onWarning: (warning) => warnings.push(warning),
    });
    try {
      for (let i = 0; i < 2; i += 1) assert.equal(await client.health(), "SERVING");
      assert.deepEqual(warnings, ['ignored: "SearchRequest field 99"']);
    } finally {
      client.close();
      server.forceShutdown();
    }
  });
});

function* someDocuments(count: number, text = "some text"): Generator<Document> {
  for (let i = 0; i < count; i += 1) {
    yield {
      key: `d${i}`,
      title: `title ${i}`,
      text,
      fields: new Map([["n", { kind: "integer", value: BigInt(i) }]]),
    };
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
