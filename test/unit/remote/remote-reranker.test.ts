// A remote reranker over real connections: its requests, and its failures.

import assert from "node:assert/strict";
import fc from "fast-check";

import type { RemoteRerankerConfig } from "../../../src/config/remote-rerankers.js";
import { SluiceError } from "../../../src/core/errors.js";
import { limits } from "../../../src/core/limits.js";
import { batchesOf, createRemoteReranker } from "../../../src/remote/remote-reranker.js";
import type { RemoteCall, RemoteReranker } from "../../../src/remote/remote-reranker.js";
import {
  answerStatus,
  answerText,
  answerWith,
  relevanceOf,
  serviceConfig,
  serviceKey,
  useRerankService,
} from "../../support/rerank-service.js";
import type { Behave } from "../../support/rerank-service.js";

const texts = ["a stream cuts a valley", "two eggs", "ice carves rock"];

describe("a remote reranker", () => {
  const service = useRerankService();
  let nowMs = 0;
  let calls: RemoteCall[] = [];
  let opened: string[] = [];
  const onOpen = (name: string, message: string): void => void opened.push(`${name}: ${message}`);
  beforeEach(() => {
    nowMs = 0;
    calls = [];
    opened = [];
  });

  function create(edit: Partial<RemoteRerankerConfig> = {}): RemoteReranker {
    return createRemoteReranker(serviceConfig({ url: service().url, ...edit }), {
      clock: () => nowMs,
      random: () => 0,
      onCall: (call) => calls.push(call),
      onOpen,
    });
  }

  const never = new AbortController().signal;
  const ask = (
    reranker: RemoteReranker,
    { asked = texts, signal = never }: { asked?: readonly string[]; signal?: AbortSignal } = {},
  ): Promise<readonly number[]> =>
    reranker.relevances("rivers", asked, {
      pooling: "best",
      signal,
      cancel: new SharedArrayBuffer(4),
    });

  async function failure(reranker: RemoteReranker): Promise<SluiceError> {
    const error: unknown = await ask(reranker).then(
      () => assert.fail("it answered"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof SluiceError, String(error));
    assert.equal(error.reason, "REMOTE_FAILED");
    assert.ok(!JSON.stringify([error.message, error.stack, calls, opened]).includes(serviceKey));
    assert.equal(error.cause, undefined);
    return error;
  }

  const wanted = {
    cohere: { path: "/v2/rerank", model: "rerank-test", documents: texts, top_n: 3 },
    jina: {
      path: "/v1/rerank",
      model: "rerank-test",
      documents: texts,
      top_n: 3,
      return_documents: false,
    },
    voyage: { path: "/v1/rerank", model: "rerank-test", documents: texts, truncation: true },
    tei: { path: "/rerank", texts, raw_scores: false, truncate: true },
  } as const;
  for (const shape of ["cohere", "jina", "voyage", "tei"] as const)
    it(`asks in the shape of ${shape} and gives relevances in the order of the texts`, async () => {
      const relevances = await ask(create({ shape, url: `${service().url}/base` }));
      assert.deepEqual(relevances, texts.map(relevanceOf));
      const [request] = service().requests;
      const { path, ...body } = wanted[shape];
      assert.equal(request?.path, `/base${path}`);
      assert.deepEqual(request.body, { query: "rivers", ...body });
      assert.equal(request.authorization, `Bearer ${serviceKey}`);
      assert.deepEqual(
        calls.map(({ reranker, outcome }) => ({ reranker, outcome })),
        [{ reranker: "far", outcome: "ok" }],
      );
    });

  it("sends no authorization without a key", async () => {
    await ask(create({ key: undefined }));
    assert.equal(service().requests[0]?.authorization, undefined);
  });

  it("puts scores a little outside, and negative similarities, into [0, 1]", async () => {
    const given = new Map(texts.map((text, i) => [text, [1.0004, -0.3, 0.5][i] ?? 0]));
    service().behave = answerWith((text) => given.get(text) ?? 0);
    assert.deepEqual(await ask(create()), [1, 0, 0.5]);
  });

  it("sends no more texts and characters a call than the service takes", async () => {
    const asked = ["aaaa", "bb", "cc", "d", "e", "f", "toolong-toolong", "and this is longer"];
    // The query, "rivers", counts with each of them.
    const limit = { documentsPerCall: 3, charactersPerCall: 22 };
    const relevances = await ask(create({ ...limit, callsAtOnce: 1 }), { asked });
    assert.deepEqual(
      service().requests.map((request) => request.texts),
      [["aaaa", "bb"], ["cc", "d", "e"], ["f"], ["toolong-toolong"], ["and this is long"]],
    );
    const cut = asked.map((text) => text.slice(0, 16));
    assert.deepEqual(relevances, cut.map(relevanceOf));
  });

  it("makes batches that hold every text once, in order, within both limits", () => {
    const size = fc.integer({ min: 1, max: 12 });
    const text = fc.string({ maxLength: 20, unit: "grapheme" });
    fc.assert(
      fc.property(text, fc.array(text), size, size, (query, all, count, room) => {
        const charactersPerCall = query.length + room + 1;
        const limit = { documentsPerCall: count, charactersPerCall };
        const batches = batchesOf({ query, texts: all }, limit);
        const sent = batches.flat();
        assert.equal(sent.length, all.length);
        for (const [i, part] of sent.entries()) {
          assert.ok(all[i]!.startsWith(part) && !/[\ud800-\udbff]$/.test(part));
          assert.ok(part === all[i] || part.length >= room);
        }
        for (const batch of batches) {
          assert.ok(batch.length >= 1 && batch.length <= count);
          assert.ok(batch.join("").length + batch.length * query.length <= charactersPerCall);
        }
      }),
    );
  });

  it("has no more calls under way than it may", async () => {
    let underWay = 0;
    let most = 0;
    service().behave = (request, response, incoming) => {
      most = Math.max(most, (underWay += 1));
      setImmediate(() => {
        underWay -= 1;
        answerWith(relevanceOf)(request, response, incoming);
      });
    };
    const reranker = create({ documentsPerCall: 1, callsAtOnce: 2 });
    const asked = Array.from({ length: 9 }, (_, i) => `text ${i}`);
    await Promise.all([ask(reranker, { asked }), ask(reranker, { asked })]);
    assert.equal(service().requests.length, 18);
    assert.ok(most <= 2, `${most} at once`);
  });

  const results = (...scores: readonly (readonly [number, unknown])[]): string =>
    JSON.stringify({
      results: scores.map(([index, relevance_score]) => ({ index, relevance_score })),
    });
  const wrongAnswers: readonly (readonly [string, string, RegExp])[] = [
    ["fewer scores", results([0, 0.1], [1, 0.2]), /2 scores for 3 texts/],
    ["more scores", results([0, 0.1], [1, 0], [2, 0], [2, 0]), /4 scores for 3/],
    ["a text twice", results([0, 0.1], [1, 0.2], [1, 0.3]), /text 1 twice/],
    ["an index too high", results([0, 0.1], [1, 0.2], [3, 0.3]), /text 3 of 3/],
    ["an index below 0", results([0, 0.1], [1, 0.2], [-1, 0.3]), /text -1 of 3/],
    ["NaN", '{"results": [{"index": 0, "relevance_score": NaN}]}', /not JSON/],
    ["infinity", '{"results": [{"index": 0, "relevance_score": 1e999}]}', /results\.0/],
    ["null", results([0, null], [1, 0], [2, 0]), /results\.0\.relevance_score/],
    ["text for a score", results([0, "0.5"], [1, 0], [2, 0]), /results\.0\.relevance_score/],
    ["raw logits", results([0, 7.25], [1, -9], [2, 0]), /7\.25 is not a relevance/],
    ["a list", "[1, 2, 3]", /lacks a list/],
    ["no list", '{"results": 3}', /lacks results/],
    ["no JSON", `<html>${serviceKey}</html>`, /not JSON/],
    ["nothing", "", /not JSON/],
    ["too much", " ".repeat(limits.remoteAnswerBytesMax + 1), /longer than/],
  ];
  for (const [what, answer, message] of wrongAnswers)
    it(`fails on ${what}, once`, async () => {
      service().behave = answerText(answer);
      assert.match((await failure(create({ attempts: 3 }))).message, message);
      assert.equal(service().requests.length, 1);
    });

  for (const status of [400, 401, 403, 404, 413, 422])
    it(`does not ask again after ${status}`, async () => {
      service().behave = answerStatus(status);
      assert.match(
        (await failure(create({ attempts: 3 }))).message,
        new RegExp(`status ${status}`),
      );
      assert.equal(service().requests.length, 1);
    });

  for (const status of [408, 429, 500, 503])
    it(`asks again after ${status}`, async () => {
      const good = service().behave;
      service().behave = (...request) => {
        service().behave = good;
        answerStatus(status)(...request);
      };
      assert.deepEqual(await ask(create({ attempts: 2 })), texts.map(relevanceOf));
      assert.deepEqual(
        calls.map(({ outcome }) => outcome),
        ["failed", "ok"],
      );
    });

  it("does not follow a redirect", async () => {
    service().behave = (request, response, incoming) => {
      if (request.path === "/elsewhere") answerWith(relevanceOf)(request, response, incoming);
      else answerStatus(307, { location: "/elsewhere" })(request, response, incoming);
    };
    assert.match((await failure(create())).message, /status 307/);
    assert.equal(service().requests.length, 1);
  });

  it("leaves the service alone as long as Retry-After says", async () => {
    const good = service().behave;
    service().behave = answerStatus(429, { "retry-after": "60" });
    const reranker = create({ attempts: 3 });
    assert.equal((await failure(reranker)).retryAfterMs, 60_000);
    service().behave = good;
    nowMs = 59_000;
    const refused = await failure(reranker);
    assert.equal(refused.retryAfterMs, 1000);
    assert.match(
      refused.message,
      /calls are paused for 1000 ms, since it responded with status 429/,
    );
    assert.equal(service().requests.length, 1);
    nowMs = 60_000;
    assert.deepEqual(await ask(reranker), texts.map(relevanceOf));
  });

  it("reads a Retry-After that is a date by the service's clock", async () => {
    service().behave = answerStatus(503, {
      date: "Thu, 01 Jan 2026 10:00:00 GMT",
      "retry-after": "Thu, 01 Jan 2026 10:00:30 GMT",
    });
    assert.equal((await failure(create())).retryAfterMs, 30_000);
  });

  const broken: readonly (readonly [string, Behave, RegExp])[] = [
    ["stalls", () => undefined, /no response within 80 ms/],
    [
      "sends slowly",
      (_, response) => {
        const timer = setInterval(() => response.write(" "), 10);
        response.on("close", () => clearInterval(timer));
      },
      /no response within 80 ms/,
    ],
    ["hangs up", (_, __, incoming) => void incoming.socket.destroy(), /connection failed/],
    [
      "cuts its answer",
      (_, response, incoming) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write('{"results": [', () => void incoming.socket.destroy());
      },
      /connection failed/,
    ],
  ];
  for (const [what, behave, message] of broken)
    it(`fails when the service ${what}`, async () => {
      service().behave = behave;
      assert.match((await failure(create({ timeoutMs: 80 }))).message, message);
    });

  it("fails when nobody is there", async () => {
    const error = await failure(create({ url: "http://127.0.0.1:1" }));
    assert.match(error.message, /connection failed/);
  });

  it("fails without asking when the key is gone", async () => {
    const key = (): string => {
      throw new SluiceError("INVALID_CONFIG", "keyFile cannot be read");
    };
    assert.match((await failure(create({ key }))).message, /key can no longer be read/);
    assert.equal(service().requests.length, 0);
  });

  it("ends at once when the search does, also between attempts and in the queue", async () => {
    for (const behave of [(): void => undefined, answerStatus(500)]) {
      const stop = new AbortController();
      service().behave = (...request) => {
        behave(...request);
        setImmediate(() => stop.abort());
      };
      const reranker = create({ attempts: 10, documentsPerCall: 1, callsAtOnce: 1 });
      await assert.rejects(ask(reranker, { signal: stop.signal }), { reason: "CANCELLED" });
      assert.equal(reranker.breakerState, "closed");
    }
    const aborted = AbortSignal.abort();
    await assert.rejects(ask(create(), { signal: aborted }), { reason: "CANCELLED" });
  });

  it("stops the other calls of a search when one has failed", async () => {
    let closed = 0;
    service().behave = (request, response, incoming) => {
      if (request.texts[0] === texts[2]) answerStatus(400)(request, response, incoming);
      else response.on("close", () => (closed += 1));
    };
    await failure(create({ documentsPerCall: 1 }));
    while (closed < 2) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(calls.map(({ outcome }) => outcome).sort(), [
      ...["cancelled", "cancelled", "failed"],
    ]);
  });

  it("opens after five failures in a row, lets one call try, and closes when that succeeds", async () => {
    const good = service().behave;
    const reranker = create();
    service().behave = answerStatus(500);
    for (let i = 0; i < 5; i += 1) await failure(reranker);
    assert.equal(reranker.breakerState, "open");
    assert.match((await failure(reranker)).message, /calls are paused for 10000 ms, since .* 500/);
    assert.equal(service().requests.length, 5);
    nowMs += 10_000;
    assert.equal(reranker.breakerState, "half_open");
    await failure(reranker);
    assert.equal(service().requests.length, 6);
    assert.equal(reranker.breakerState, "open");
    nowMs += 10_000;
    service().behave = good;
    assert.deepEqual(await ask(reranker), texts.map(relevanceOf));
    assert.equal(reranker.breakerState, "closed");
    assert.deepEqual(opened, new Array(2).fill("far: it responded with status 500"));
  });

  it("closes again too when each answer takes several calls", async () => {
    const good = service().behave;
    const reranker = create({ documentsPerCall: 1 });
    service().behave = answerStatus(500);
    for (let i = 0; i < 5; i += 1) await failure(reranker);
    assert.equal(reranker.breakerState, "open");
    nowMs += 10_000;
    service().behave = good;
    assert.deepEqual(await ask(reranker), texts.map(relevanceOf));
    assert.equal(reranker.breakerState, "closed");
  });

  it("waits itself for a Retry-After that is shorter than its time", async () => {
    const good = service().behave;
    service().behave = (...request) => {
      service().behave = good;
      answerStatus(429, { "retry-after": "0.2" })(...request);
    };
    const reranker = createRemoteReranker(serviceConfig({ url: service().url, attempts: 2 }), {
      clock: () => performance.now(),
      random: () => 0,
      onCall: (call) => calls.push(call),
      onOpen,
    });
    assert.deepEqual(await ask(reranker), texts.map(relevanceOf));
    assert.deepEqual(
      calls.map(({ outcome }) => outcome),
      ["failed", "ok"],
    );
  });

  it("retries no more once too many calls have failed", async () => {
    // Not broken, so that the breaker stays out of it: one of too many requests.
    service().behave = answerStatus(429, { "retry-after": "0" });
    const reranker = create({ attempts: 2 });
    for (let i = 0; i < 6; i += 1) await failure(reranker);
    // Ten tokens: retries end when five are left.
    assert.equal(service().requests.length, 2 * 2 + 4);
  });
});
