// Searches while a cross-encoder reads for others: who waits, and what is read when many ask.

import assert from "node:assert/strict";
import { join } from "node:path";

import { createRemoteReranker } from "../../src/remote/remote-reranker.js";
import { createAdmission } from "../../src/search/admission.js";
import type { SearchUpdate } from "../../src/contract/search-update.js";
import type { EngineApi } from "../../src/engine/api.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import {
  answerWith,
  relevanceOf,
  serviceConfig,
  useRerankService,
} from "../support/rerank-service.js";
import type { ServiceRequest } from "../support/rerank-service.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 16;
const [query] = seededQueries({ seed: 79, count: 1, dim });
const rerank = { model: "far", depth: 12 };
const good = answerWith(relevanceOf);

describe("while a cross-encoder reads", () => {
  const folder = useTemporaryFolder();
  const service = useRerankService();
  let engine: InlineEngine | undefined;
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
  });

  /** One search has its turn at a time. */
  async function open(): Promise<EngineApi> {
    const clock = (): number => performance.now();
    const nothing = (): void => undefined;
    const config = serviceConfig({ url: service().url, timeoutMs: 600_000 });
    const remote = createRemoteReranker(config, {
      clock,
      random: () => 0,
      onCall: nothing,
      onOpen: nothing,
    });
    engine = await openInlineEngine(join(folder(), "data"), {
      search: { ...searchDefaults, minUpdateIntervalMs: 0 },
      remoteRerankers: new Map([[remote.name, remote]]),
      admission: createAdmission({ clock, atWorkMax: 1, searchesMax: 64 }),
    });
    await createNotes(engine.api, { dim });
    await putAll(engine.api, seededDocuments({ seed: 79, count: 60, dim }));
    return engine.api;
  }

  /** A search whose documents the service has and does not answer yet. */
  async function startHeld(
    api: EngineApi,
  ): Promise<{ final: Promise<SearchUpdate>; request: ServiceRequest; answer: () => void }> {
    let final: Promise<SearchUpdate> | undefined;
    const held = await new Promise<[ServiceRequest, () => void]>((resolve) => {
      service().behave = (request, response, incoming) =>
        resolve([request, () => good(request, response, incoming)]);
      final = finalOf(api, { ...query!, rerank });
    });
    const [request, answer] = held;
    return { final: final!, request, answer };
  }

  it("searches that did not ask for it have their turns", async () => {
    const api = await open();
    const held = await startHeld(api);
    const plain = await finalOf(api, query!);
    assert.deepEqual(plain.degradations, []);
    held.answer();
    const final = await held.final;
    assert.equal(final.certificate, "reranked");
    assert.deepEqual(final.degradations, []);
  });

  it("fewer documents are read the more searches ask, none at last, and the answers say so", async () => {
    const api = await open();
    const held = [];
    for (let i = 0; i < 4; i += 1) held.push(await startHeld(api));
    assert.deepEqual(
      held.map(({ request }) => request.texts.length),
      [12, 12, 12, 6],
    );
    const plain = await finalOf(api, query!);
    const refused = await finalOf(api, { ...query!, rerank });
    assert.deepEqual(
      refused.hits.map(({ key, score }) => ({ key, score })),
      plain.hits.map(({ key, score }) => ({ key, score })),
    );
    assert.equal(refused.certificate, plain.certificate);
    assert.deepEqual(
      refused.degradations.map(({ reason, stages }) => ({ reason, stages })),
      [{ reason: "PRESSURE_REDUCED", stages: ["cross_encoder"] }],
    );
    assert.match(refused.degradations[0]!.message, /0 instead of 12 documents were re-ranked/);
    for (const { answer } of held) answer();
    const finals = await Promise.all(held.map(({ final }) => final));
    assert.deepEqual(
      finals.map(({ degradations }) => degradations.map(({ reason }) => reason)),
      [[], [], [], ["PRESSURE_REDUCED"]],
    );
    service().behave = good;
    assert.deepEqual((await finalOf(api, { ...query!, rerank })).degradations, []);
  });
});
