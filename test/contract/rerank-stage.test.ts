// A cross-encoder over the top of a search: its order, its updates, and what it does when it cannot.

import assert from "node:assert/strict";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { EngineApi } from "../../src/engine/api.js";
import { compareKeys } from "../../src/core/document.js";
import type { SearchHit, SearchUpdate } from "../../src/contract/search-update.js";
import { createCrossEncoder } from "../../src/encoders/cross-encoder.js";
import { openModelFolder } from "../../src/encoders/model-folder.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults, searchRequest } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { embeddedModelFolder, writeTinyCrossEncoder } from "../support/model-folders.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { collect } from "../support/stream-contract.js";

const dim = 16;
const documents = seededDocuments({ seed: 77, count: 150, dim });
const textOf = new Map(documents.map(({ key, title, text }) => [key, `${title} ${text}`.trim()]));
const queries = seededQueries({ seed: 77, count: 6, dim });
const search = { ...searchDefaults, exhaustiveBelowPassages: 0, minUpdateIntervalMs: 0 };

describe("a cross-encoder over the top", () => {
  const folder = useTemporaryFolder();
  let engine: InlineEngine | undefined;
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
  });

  async function open(edit: Readonly<Record<string, unknown>> = {}): Promise<EngineApi> {
    const modelsFolder = join(folder(), "models");
    await writeTinyCrossEncoder(join(modelsFolder, "overlap"), edit);
    await symlink(embeddedModelFolder, join(modelsFolder, "bge-small-en-v1.5-late"));
    engine = await openInlineEngine(join(folder(), "data"), {
      search,
      modelsFolder,
      cacheBytes: 2 ** 20,
    });
    await createNotes(engine.api, { dim });
    await putAll(engine.api, documents);
    return engine.api;
  }

  /** The base ranking's first hits, each with its part of the pair's relevance, in order. */
  async function expected(
    base: readonly SearchHit[],
    { text, depth, weight }: { text: string; depth: number; weight: number },
  ): Promise<{ key: string; score: number }[]> {
    const model = await openModelFolder(join(folder(), "models/overlap"));
    const encoder = await createCrossEncoder(model);
    const cancel = new SharedArrayBuffer(4);
    const scored = [];
    for (const [place, { key, score }] of base.entries()) {
      const document = textOf.get(key) ?? "";
      const part = await encoder.relevance(text, document, { pooling: "best", cancel });
      scored.push({ key, score: place < depth ? score + weight * part : score });
    }
    await encoder.close();
    return scored.sort((a, b) => b.score - a.score || compareKeys(a.key, b.key));
  }

  for (const { k, depth } of [
    { k: 5, depth: 12 },
    { k: 12, depth: 5 },
    { k: 10, depth: 10 },
  ]) {
    it(`moves the first ${depth} by their relevance, ${k} are shown`, async () => {
      const api = await open();
      for (const query of queries) {
        const asked = { ...query, k, minUpdateIntervalMs: 0 };
        const base = await finalOf(api, { ...asked, k: Math.max(k, depth) });
        const rerank = { model: "overlap", depth, weight: 0.5 };
        const stream = api.search(searchRequest({ ...asked, rerank }), {
          signal: new AbortController().signal,
        });
        const updates = await collect(stream, { k, minUpdateIntervalMs: 0 });
        const final = updates.at(-1)!;
        const want = await expected(base.hits, { text: query.text, ...rerank });
        assert.deepEqual(
          final.hits.map(({ key, score }) => ({ key, score })),
          want.slice(0, k),
        );
        assert.equal(final.certificate, "reranked");
        assert.equal(final.baseCertificate, base.certificate);
        assert.deepEqual([base.scoreKind, final.scoreKind], ["relevance", "reranked"]);
        assert.equal(final.coverage.reranked, depth);
        assert.deepEqual(final.degradations, []);
        assert.ok(final.timings.crossEncoder !== undefined);
        for (const { parts } of final.hits.slice(0, Math.min(k, depth)))
          assert.ok(parts.crossEncoder! > 0 && parts.crossEncoder! <= 1);
      }
    });
  }

  it("comes batch by batch, and no settled hit moves", async () => {
    const api = await open();
    let settled = 0;
    for (const query of queries) {
      const stream = api.search(
        searchRequest({ ...query, minUpdateIntervalMs: 0, rerank: { model: "overlap" } }),
        { signal: new AbortController().signal },
      );
      const updates = await collect(stream, { k: 10, minUpdateIntervalMs: 0 });
      const final = updates.at(-1)!;
      for (const update of updates) {
        const keys = update.hits.slice(0, update.settledCount).map(({ key }) => key);
        assert.deepEqual(
          keys,
          final.hits.slice(0, keys.length).map(({ key }) => key),
        );
        if (update.stage === "cross_encoder" && !update.final) settled += update.settledCount;
      }
    }
    assert.ok(settled > 0, "some hit was settled before the end");
  });

  it("gives the same again from what it has read", async () => {
    const api = await open();
    const asked = { ...queries[0]!, rerank: { model: "overlap" } };
    const first = await finalOf(api, asked);
    const { misses } = engine!.caches.pairs.stats();
    const second = await finalOf(api, asked);
    assert.deepEqual(second.hits, first.hits);
    assert.equal(engine!.caches.pairs.stats().misses, misses);
  });

  it("re-orders the words' ranking when the query has no rows", async () => {
    const api = await open();
    const { text } = queries[0]!;
    const final = await finalOf(api, { text, rerank: { model: "overlap", depth: 6 } });
    assert.equal(final.certificate, "reranked");
    assert.equal(final.baseCertificate, "lexical");
    assert.deepEqual(
      final.degradations.map(({ reason }) => reason),
      ["NO_QUERY_VECTORS"],
    );
    assert.ok(final.hits[0]!.parts.crossEncoder! > 0);
  });

  it("that is absent, no cross-encoder, or unnamed, leaves the order and says how to add one", async () => {
    const api = await open();
    const plain = await finalOf(api, queries[0]!);
    for (const model of ["none-such", "bge-small-en-v1.5-late", ""]) {
      const final = await finalOf(api, { ...queries[0]!, rerank: { model } });
      assertSameOrder(final, plain);
      assert.equal(final.degradations[0]?.reason, "CROSS_ENCODER_ABSENT");
      assert.match(final.degradations[0].message, /sluice model add/);
    }
  });

  it("that cannot be loaded leaves the order and says what failed", async () => {
    const api = await open({ onnx: { file: "model.onnx", inputs: ["input_ids"], output: "no" } });
    const plain = await finalOf(api, queries[0]!);
    const final = await finalOf(api, { ...queries[0]!, rerank: { model: "overlap" } });
    assertSameOrder(final, plain);
    assert.equal(final.degradations[0]?.reason, "CROSS_ENCODER_FAILED");
    assert.match(final.degradations[0].message, /"overlap" failed, so 0 of 20 documents/);
  });

  it("whose files are damaged is absent", async () => {
    const api = await open();
    await writeFile(join(folder(), "models/overlap/model.onnx"), "nonsense");
    const final = await finalOf(api, { ...queries[0]!, rerank: { model: "overlap" } });
    assert.equal(final.degradations[0]?.reason, "CROSS_ENCODER_ABSENT");
    assert.match(final.degradations[0].message, /model\.onnx has 8 bytes/);
  });

  it("without time of its own is left out", async () => {
    const api = await open();
    const plain = await finalOf(api, queries[0]!);
    const final = await finalOf(api, {
      ...queries[0]!,
      rerank: { model: "overlap" },
      stageBudgets: { crossEncoderMs: 0 },
    });
    assertSameOrder(final, plain);
    assert.deepEqual(
      final.degradations.map(({ reason, stages }) => ({ reason, stages })),
      [{ reason: "BUDGET_EXHAUSTED", stages: ["cross_encoder"] }],
    );
  });

  it("needs a query of words", async () => {
    const api = await open();
    const { vectors } = queries[0]!;
    const final = await finalOf(api, { text: "", vectors, rerank: { model: "overlap" } });
    assert.equal(final.degradations[0]?.reason, "CROSS_ENCODER_FAILED");
    assert.match(final.degradations[0].message, /the query has none/);
  });
});

function assertSameOrder(a: SearchUpdate, b: SearchUpdate): void {
  const ranking = ({ hits }: SearchUpdate): unknown =>
    hits.map(({ key, score }) => ({ key, score }));
  assert.deepEqual(ranking(a), ranking(b));
}
