// Search over gRPC: what slow and leaving readers get, and what the engine is asked.

import type { SearchRequest } from "../../../src/contract/search-request.js";
import assert from "node:assert/strict";
import { Client, credentials } from "@grpc/grpc-js";
import type { ClientReadableStream } from "@grpc/grpc-js";
import { definitions } from "../../../src/wire/definitions.js";
import type { SearchRequest as SearchRequestMessage } from "../../../src/gen/proto/sluice/v1/SearchRequest.js";
import type { SearchResponse__Output } from "../../../src/gen/proto/sluice/v1/SearchResponse.js";
import type { SearchUpdate } from "../../../src/contract/search-update.js";
import { createUpdateSink, streamUpdates } from "../../../src/search/update-stream.js";
import { hit, update, updates } from "../../support/edge-engine.js";
import { startEdge } from "../../support/edge-server.js";
import type { Edge } from "../../support/edge-server.js";

const saidRows = new Float32Array(32).fill(0.5);

/** Every option of a search, as a message and as what the engine is asked. */
const everythingSaid: SearchRequestMessage = {
  query: {
    text: "",
    vectors: { type: "VECTOR_TYPE_FLOAT32", dim: 16, rows: Buffer.from(saidRows.buffer) },
  },
  other_queries: [{ text: "y" }],
  filter: { exists: "x" },
  group_by: { field: "topic", group_size: 2 },
  dedupe_field: "digest",
  stage_budgets: { encode_ms: 0, late_interaction_ms: 9 },
  k: 7,
  exhaustive: true,
  sketch_pool_size: 0,
  lexical_pool_size: 0,
  lexical_weight: 0,
  last_word_begins: false,
  typos: false,
  fusion: "FUSION_MIN_MAX",
  min_score: 0,
  min_probability: 0.5,
  softmax_temperature: 2,
  budget_ms: 5,
  min_update_interval_ms: 0,
  min_sequence: "9007199254740991",
  priority: "PRIORITY_LOW",
  context: { token_budget: 9, order: "CONTEXT_ORDER_EDGES_FIRST", tokenizer: "t" },
  rerank: { model: "m", depth: 3, weight: 0, window_pooling: "WINDOW_POOLING_MEAN" },
  payload: { mode: "PAYLOAD_MODE_ON_FIRST_APPEARANCE", text: false, highlights: true },
};

const everythingAsked = {
  collection: "notes",
  otherQueries: [{ text: "y" }],
  filter: { kind: "exists", field: "x" },
  groupBy: { field: "topic", size: 2 },
  dedupeField: "digest",
  stageBudgets: { encodeMs: 0, lateInteractionMs: 9 },
  k: 7,
  exhaustive: true,
  sketchPoolSize: 0,
  lexicalPoolSize: 0,
  lexicalWeight: 0,
  lastWordBegins: false,
  typos: false,
  fusion: "min_max",
  minScore: 0,
  minProbability: 0.5,
  softmaxTemperature: 2,
  budgetMs: 5,
  minUpdateIntervalMs: 0,
  minSequence: 9007199254740991,
  priority: "low",
  context: { tokenBudget: 9, order: "edges_first", tokenizer: "t" },
  rerank: { model: "m", depth: 3, weight: 0, windowPooling: "mean" },
  payload: { mode: "on_first_appearance", text: false, highlights: true },
};

describe("Search", () => {
  let edge: Edge;
  let raw: Client;
  beforeEach(async () => {
    edge = await startEdge({ stalledStreamMs: 10_000 });
    raw = new Client(edge.address, credentials.createInsecure());
  });
  afterEach(async () => {
    raw.close();
    await edge.close();
  });

  function open(request: SearchRequestMessage): ClientReadableStream<SearchResponse__Output> {
    const method = definitions().search.Search;
    return raw.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      { collection: "notes", query: { text: "x" }, ...request },
    );
  }

  it("drops updates for a reader that is away, but never the final one", async () => {
    const text = "y".repeat(20_000);
    const updateCount = 1500;
    let finish = (): void => undefined;
    const engineDone = new Promise<void>((resolve) => {
      finish = resolve;
    });
    edge.engine.script = (_, { signal }) =>
      streamUpdates<SearchUpdate>(signal, async (handover) => {
        const toUpdate = (generation: number): SearchUpdate =>
          update({
            generation,
            final: generation === updateCount,
            hits: [hit(`h${generation}`, { payload: { text } })],
          });
        const sink = createUpdateSink<{ readonly generation: number }, SearchUpdate>(handover, {
          clock: () => performance.now(),
          minIntervalMs: 0,
          deadline: { remainingMs: () => Infinity, cause: "none" },
          signal,
          print: ({ generation }) => `h${generation}`,
          toUpdate: ({ generation }) => toUpdate(generation),
        });
        for (let generation = 1; generation < updateCount; generation += 1) {
          sink.offer({ generation });
          await sink.waitFor(new Promise((resolve) => setImmediate(resolve)));
        }
        finish();
        return toUpdate(updateCount);
      });
    const call = open({});
    const received: SearchResponse__Output[] = [];
    const ended = new Promise((resolve) => call.on("end", resolve));
    call.on("data", (response: SearchResponse__Output) => {
      // The reader goes away after the first, until the engine has given everything.
      if (received.push(response) === 1) call.pause();
    });
    await engineDone;
    call.resume();
    await ended;
    const list = received.map((response) => response.update!);
    assert.ok(list.length < 100, `${list.length} updates were kept for the reader`);
    assert.deepEqual(
      list.map((one) => one.sequence),
      list.map((_, i) => i + 1),
    );
    const generations = list.map((one) => Number(one.generation));
    assert.deepEqual(
      generations,
      [...generations].sort((a, b) => a - b),
    );
    assert.equal(list.at(-1)!.final, true);
    assert.equal(generations.at(-1), updateCount);
  });

  it("stops the engine when the reader leaves, while it computes and while it waits", async () => {
    let releasedCount = 0;
    edge.engine.script = async function* (_, { signal }) {
      try {
        yield update();
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        yield update({ generation: 99 });
      } finally {
        releasedCount += 1;
      }
    };
    const calls = Array.from({ length: 20 }, () => open({}));
    await Promise.all(
      calls.map(
        (call) =>
          new Promise<void>((resolve) => {
            call.on("data", () => call.cancel());
            call.on("error", (error) => {
              assert.match(error.message, /CANCELLED/);
              resolve();
            });
          }),
      ),
    );
    while (releasedCount < 20) await new Promise((resolve) => setImmediate(resolve));
    while (edge.calls.length < 20) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(edge.calls.every((record) => record.status === "CANCELLED"));
    assert.deepEqual(edge.log, []);
  });

  async function askedBy(request: SearchRequestMessage): Promise<SearchRequest> {
    const asked: SearchRequest[] = [];
    edge.engine.script = (one) => {
      asked.push(one);
      return updates([update({ final: true })]);
    };
    await open(request).toArray();
    return asked[0]!;
  }

  it("leaves what the caller does not say to the engine's defaults", async () => {
    assert.deepEqual(await askedBy({}), { collection: "notes", text: "x" });
  });

  it("asks the engine for exactly what the caller says, zeros included", async () => {
    const { vectors, ...rest } = await askedBy(everythingSaid);
    assert.equal(vectors!.type, "float32");
    assert.equal(vectors!.dim, 16);
    assert.deepEqual(Buffer.from(vectors!.bytes), Buffer.from(saidRows.buffer));
    assert.deepEqual(rest, everythingAsked);
  });

  const wrong: readonly [string, string, SearchRequestMessage][] = [
    ["k", "INVALID_ARGUMENT", { k: 1001 }],
    ["query", "INVALID_ARGUMENT", { query: null }],
    ["query.text", "INVALID_ARGUMENT", { query: { text: "  " } }],
    ["query.text", "INVALID_ARGUMENT", { query: { text: "é".repeat(9000) } }],
    ["lexical_weight", "INVALID_ARGUMENT", { lexical_weight: NaN }],
    ["min_score", "INVALID_ARGUMENT", { min_score: -Infinity }],
    ["min_probability", "INVALID_ARGUMENT", { min_probability: NaN }],
    ["softmax_temperature", "INVALID_ARGUMENT", { softmax_temperature: Infinity }],
    ["budget_ms", "INVALID_ARGUMENT", { budget_ms: 0 }],
    ["min_sequence", "INVALID_ARGUMENT", { min_sequence: "9007199254740993" }],
    ["context.token_budget", "INVALID_ARGUMENT", { context: { token_budget: 0 } }],
    ["rerank.depth", "INVALID_ARGUMENT", { rerank: { depth: 0 } }],
    ["rerank.weight", "INVALID_ARGUMENT", { rerank: { weight: 1.1 } }],
    ["rerank.window_pooling", "INVALID_ARGUMENT", { rerank: { window_pooling: 9 as never } }],
    ["sketch_pool_size", "INVALID_ARGUMENT", { sketch_pool_size: 100_001 }],
    ["fusion", "INVALID_ARGUMENT", { fusion: 77 as never }],
    ["query.vectors.type", "INVALID_ARGUMENT", { query: { vectors: { dim: 16 } } }],
    ["query.vectors.dim", "INVALID_ARGUMENT", { query: { vectors: { type: 1, dim: 17 } } }],
    ["query.vectors.rows", "INVALID_ARGUMENT", { query: { vectors: { type: 1, dim: 16 } } }],
  ];
  for (const [field, status, request] of wrong) {
    it(`refuses a wrong ${field}: ${JSON.stringify(request).slice(0, 60)}`, async () => {
      const error = await open(request)
        .toArray()
        .then(
          () => undefined,
          (thrown: unknown) => thrown as Error & { code: number; details: string },
        );
      assert.equal(error?.code, 3, status);
      assert.ok(error.details.startsWith(field), error.details);
    });
  }
});
