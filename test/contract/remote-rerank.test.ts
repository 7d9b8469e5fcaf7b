// A remote reranker as the last stage of a search and behind Rerank: its order, its failures.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { compareKeys } from "../../src/core/document.js";
import type { RemoteRerankerConfig } from "../../src/config/remote-rerankers.js";
import { createRemoteReranker } from "../../src/remote/remote-reranker.js";
import type { EngineApi } from "../../src/engine/api.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import {
  answerStatus,
  answerText,
  relevanceOf,
  serviceConfig,
  serviceKey,
  useRerankService,
} from "../support/rerank-service.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import {
  endServersAfterEach,
  startInVain,
  startServerProcess,
  stopServer,
} from "../support/server-process.js";

const dim = 16;
const documents = seededDocuments({ seed: 78, count: 60, dim });
const textOf = new Map(documents.map(({ key, title, text }) => [key, `${title} ${text}`.trim()]));
const [query] = seededQueries({ seed: 78, count: 1, dim });
const rerank = { model: "far", depth: 12, weight: 0.5 };

describe("a remote reranker", () => {
  const folder = useTemporaryFolder();
  const service = useRerankService();
  endServersAfterEach();
  let engine: InlineEngine | undefined;
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
  });

  async function open(edit: Partial<RemoteRerankerConfig> = {}): Promise<EngineApi> {
    const remotes = [
      serviceConfig({ url: service().url, ...edit }),
      serviceConfig({ url: service().url, ...edit, name: "other", model: "other" }),
    ].map((config) =>
      createRemoteReranker(config, {
        clock: () => performance.now(),
        random: () => 0,
        onCall: () => undefined,
        onOpen: () => undefined,
      }),
    );
    engine = await openInlineEngine(join(folder(), "data"), {
      search: { ...searchDefaults, minUpdateIntervalMs: 0 },
      remoteRerankers: new Map(remotes.map((remote) => [remote.name, remote])),
      cacheBytes: 2 ** 20,
    });
    await createNotes(engine.api, { dim });
    await putAll(engine.api, documents);
    return engine.api;
  }

  it("moves the first by its relevance, in as many calls as it takes", async () => {
    const api = await open({ documentsPerCall: 5 });
    const base = await finalOf(api, { ...query!, k: 12 });
    const want = base.hits
      .map(({ key, score }) => {
        return { key, score: score + rerank.weight * relevanceOf(textOf.get(key)!) };
      })
      .sort((a, b) => b.score - a.score || compareKeys(a.key, b.key));
    const final = await finalOf(api, { ...query!, k: 12, rerank });
    assert.deepEqual(
      final.hits.map(({ key, score }) => ({ key, score })),
      want,
    );
    assert.equal(final.certificate, "reranked");
    assert.deepEqual(final.degradations, []);
    assert.deepEqual(
      service()
        .requests.map(({ texts }) => texts.length)
        .sort(),
      [2, 5, 5],
    );
  });

  it("is not asked again for what it has read", async () => {
    const api = await open();
    const first = await finalOf(api, { ...query!, rerank });
    const second = await finalOf(api, { ...query!, k: 5, rerank });
    assert.deepEqual(second.hits, first.hits.slice(0, 5));
    assert.equal(service().requests.length, 1);
    await finalOf(api, { ...query!, rerank: { ...rerank, model: "other" } });
    assert.deepEqual(
      service().requests.map(({ body }) => body["model"]),
      ["rerank-test", "other"],
    );
  });

  it("that errs or answers nonsense leaves the order, and the answer says so", async () => {
    const api = await open();
    const base = await finalOf(api, query!);
    for (const behave of [answerStatus(401), answerStatus(500), answerText("[{}]")]) {
      service().behave = behave;
      const final = await finalOf(api, { ...query!, rerank });
      assert.deepEqual(
        final.hits.map(({ key }) => key),
        base.hits.map(({ key }) => key),
      );
      assert.deepEqual(
        final.degradations.map(({ reason }) => reason),
        ["CROSS_ENCODER_FAILED"],
      );
      assert.match(final.degradations[0]!.message, /"far" failed/);
      assert.ok(!JSON.stringify(final).includes(serviceKey));
    }
  });

  it("that stalls costs the search its budget and no more, and hears that it is over", async () => {
    const api = await open();
    const gone = new Promise<void>((resolve) => {
      service().behave = (_, response) => void response.on("close", () => resolve());
    });
    const final = await finalOf(api, { ...query!, rerank, stageBudgets: { crossEncoderMs: 60 } });
    assert.equal(final.hits.length, 10);
    assert.ok(final.degradations.length > 0);
    await gone;
  });

  it("that stalls ends Rerank at its budget, and hears that it is over", async () => {
    const api = await open({ documentsPerCall: 2 });
    const good = service().behave;
    const gone = new Promise<void>((resolve) => {
      service().behave = (...request) => {
        if (request[0].texts.includes("ice")) request[1].on("close", () => resolve());
        else good(...request);
      };
    });
    const items = ["two eggs", "a stream", "ice"].map((text) => ({ key: text, text }));
    const updates = [];
    const asked = { text: "rivers", items, model: "far", windowPooling: "best" as const };
    const { signal } = new AbortController();
    for await (const update of api.rerank({ ...asked, budgetMs: 500 }, { signal }))
      updates.push(update);
    const final = updates.at(-1)!;
    assert.equal(final.scoredCount, 2);
    assert.deepEqual(
      final.degradations.map(({ reason }) => reason),
      ["BUDGET_EXHAUSTED"],
    );
    await gone;
  });

  it("is found by its name in a server's searches, Rerank and metrics; its key nowhere", async () => {
    const file = join(folder(), "rerankers.toml");
    writeFileSync(
      file,
      `[far]\nshape = "jina"\nurl = "${service().url}"\nmodel = "m"\nkeyEnv = "FAR_KEY"\nattempts = 1`,
    );
    const server = await startServerProcess({
      data: join(folder(), "data"),
      flags: ["--search-remote-rerankers", file, "--log-level", "debug"],
      environment: { FAR_KEY: serviceKey },
    });
    const { client } = server;
    await client.collections.create({ name: "notes", dim });
    await client.ingest("notes", documents);
    const final = await client.searchFinal({ collection: "notes", ...query!, rerank });
    assert.equal(final.certificate, "reranked");
    const items = ["two eggs", "a stream", "ice", "rocks"].map((text) => ({ text }));
    const asked = { text: "rivers", items, model: "far" };
    const ranked = await client.rerankFinal(asked);
    const want = items.map(({ text }, index) => ({ index, score: relevanceOf(text) }));
    want.sort((a, b) => b.score - a.score);
    assert.deepEqual(
      ranked.hits.map(({ index }) => index),
      want.map(({ index }) => index),
    );
    const answer = await fetch(`${server.url}/v2/rerank`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        model: "far",
        query: "rivers",
        documents: ["two eggs", "ice"],
      }),
    });
    assert.equal(answer.status, 200);
    assert.equal(service().requests.length, 2, "what Rerank had read before was not asked again");

    const readMetrics = async (): Promise<string> =>
      await (await fetch(`${server.url}/metrics`)).text();
    const before = await readMetrics();
    assert.match(before, /sluice_remote_rerank_calls_total{reranker="far",outcome="ok"} 2/);
    assert.match(before, /sluice_remote_rerank_seconds_count{reranker="far"} 2/);
    assert.match(before, /sluice_remote_rerank_breaker{reranker="far"} 0/);

    service().behave = answerStatus(401);
    for (let i = 0; i < 5; i += 1)
      await assert.rejects(client.rerankFinal({ ...asked, text: "lakes" }), {
        reason: "REMOTE_FAILED",
        retryable: false,
      });
    const after = await readMetrics();
    assert.match(after, /sluice_remote_rerank_calls_total{reranker="far",outcome="failed"} 5/);
    assert.match(after, /sluice_remote_rerank_breaker{reranker="far"} 1/);
    await stopServer(server);
    assert.ok(!(after + server.stderr()).includes(serviceKey));
    assert.match(server.stderr(), /a remote reranker keeps failing/);
    assert.equal(service().requests[0]!.authorization, `Bearer ${serviceKey}`);
  });
  it("whose key is missing keeps a server from starting, and the message names the place", async () => {
    const file = join(folder(), "rerankers.toml");
    writeFileSync(file, `[far]\nshape = "tei"\nurl = "https://a.example"\nkeyEnv = "FAR_KEY"`);
    const flags = ["--search-remote-rerankers", file];
    const { code, stderr } = await startInVain({ data: join(folder(), "data"), flags });
    assert.equal(code, 2);
    assert.match(stderr, /rerankers\.toml: \[far\] the variable that keyEnv names is empty/);
  });
});
