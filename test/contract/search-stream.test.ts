// What a stream of updates promises, on the real engine.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { EngineApi } from "../../src/engine/api.js";
import { hasReason } from "../support/errors.js";
import { settle } from "../support/fake-time.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults, searchRequest } from "../support/inline-engine.js";
import type { InlineEngineOptions } from "../support/inline-engine.js";
import { tinyGraph, writeTinyModel } from "../support/model-folders.js";
import { createNotes, finalOf, putAll, searchNotes } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 16;
const documents = seededDocuments({ seed: 21, count: 120, dim });
const [query, otherQuery] = seededQueries({ seed: 21, count: 2, dim });
const everything = { ...searchDefaults, minUpdateIntervalMs: 0, batchPassages: 8 };

describe("a stream of updates", () => {
  const folder = useTemporaryFolder();
  const withEngine = (
    options: Partial<InlineEngineOptions>,
    use: (api: EngineApi) => Promise<void>,
  ): Promise<void> => withEngineIn(folder(), options, use);

  it("goes through all stages, each with its certificate and coverage", async () => {
    await withEngine({ search: everything }, async (api) => {
      await putAll(api, documents);
      const updates = await searchNotes(api, { ...query!, k: 20 });
      const stages = updates.map(({ stage }) => stage);
      assert.deepEqual([...new Set(stages)], ["lexical", "candidates", "late_interaction"]);
      for (const { stage, certificate, coverage, hits } of updates) {
        assert.equal(coverage.eligible, documents.length);
        if (stage === "lexical") assert.equal(certificate, "lexical");
        if (stage === "candidates") assert.equal(certificate, "estimate");
        if (stage !== "lexical") assert.equal(coverage.sketchScored, documents.length);
        for (const { parts } of hits)
          assert.equal(parts.maxsim !== undefined, stage === stages.at(-1));
      }
      const kinds = updates.map(({ scoreKind }) => scoreKind);
      assert.deepEqual([...new Set(kinds)], ["bm25", "fusion", "relevance"]);
      for (const { scoreKind, hits } of updates)
        if (scoreKind === "bm25") assert.ok(hits.every(({ score, parts }) => score === parts.bm25));
      const final = updates.at(-1)!;
      assert.equal(final.certificate, "exact");
      assert.equal(final.settledCount, 20);
      assert.deepEqual(final.degradations, []);
    });
  });

  it("ends with the exact empty ranking for an empty collection", async () => {
    await withEngine({}, async (api) => {
      for (const text of ["", query!.text]) {
        const final = await finalOf(api, { ...query!, text });
        assert.deepEqual(final.hits, []);
        assert.equal(final.certificate, "exact");
        assert.deepEqual(final.degradations, []);
      }
    });
  });

  it("ranks by vectors alone when the words are stop words, punctuation or missing", async () => {
    await withEngine({}, async (api) => {
      await putAll(api, documents);
      const [expected, ...others] = await Promise.all(
        ["", "the of and", "?! … —"].map((text) => finalOf(api, { ...query!, text })),
      );
      assert.equal(expected?.hits.length, 10);
      assert.ok(expected.hits.every(({ parts }) => parts.bm25 === 0));
      for (const { hits } of others) assert.deepEqual(hits, expected.hits);
    });
  });

  it("ranks by words alone and says so when there is nothing to encode them", async () => {
    await withEngine({}, async (api) => {
      await putAll(api, documents);
      const final = await finalOf(api, { text: query!.text });
      assert.equal(final.stage, "lexical");
      assert.equal(final.certificate, "lexical");
      assert.deepEqual(
        final.degradations.map(({ reason, stages }) => ({ reason, stages })),
        [{ reason: "NO_QUERY_VECTORS", stages: ["candidates", "late_interaction"] }],
      );
      const nothing = await finalOf(api, { text: "of the" });
      assert.deepEqual(nothing.hits, []);
      assert.equal(nothing.certificate, "lexical");
    });
  });

  it("brings title, text and fields as asked for", async () => {
    await withEngine({}, async (api) => {
      await putAll(api, documents);
      const byKey = new Map(documents.map((document) => [document.key, document]));
      const all = { mode: "every_update", title: true, text: true, fields: true } as const;
      for (const { hits } of await searchNotes(api, { ...query!, payload: all }))
        for (const { key, payload } of hits) {
          const { title, text, fields } = byKey.get(key)!;
          assert.deepEqual(payload, { title, text, fields });
        }
      const some = { ...all, text: false, fields: false };
      const [hit] = (await finalOf(api, { ...query!, payload: some })).hits;
      assert.deepEqual(hit?.payload, { title: byKey.get(hit!.key)!.title });
      assert.equal((await finalOf(api, query!)).hits[0]?.payload, undefined);
    });
  });

  it("sends a payload with the first update that reaches the reader, not with one it missed", async () => {
    await withEngine({ search: everything }, async (api) => {
      await putAll(api, documents);
      const payload = {
        mode: "on_first_appearance",
        title: true,
        text: true,
        fields: false,
      } as const;
      const asked = searchRequest({ ...query!, k: 30, payload });
      for (const turns of [0, 1, 3, 200]) {
        const seen = new Set<string>();
        let late = 0;
        const stream = api.search(asked, { signal: new AbortController().signal });
        for await (const { hits, sequence } of stream) {
          for (const hit of hits) {
            assert.equal(hit.payload?.text !== undefined, !seen.has(hit.key), hit.key);
            if (!seen.has(hit.key) && sequence > 1) late += 1;
            seen.add(hit.key);
          }
          // A reader that is away misses updates.
          for (let turn = 0; turn < turns; turn += 1) await settle();
        }
        assert.ok(late > 0, "a later update has brought new hits");
      }
    });
  });

  it("never holds a deleted document, and holds an upsert at once", async () => {
    await withEngine({ flushBytes: 1000 }, async (api) => {
      await putAll(api, documents);
      const best = (await finalOf(api, query!)).hits[0]!.key;
      await api.delete("notes", [best]);
      const k = documents.length;
      const without = await finalOf(api, { ...query!, k });
      assert.equal(without.hits.length, documents.length - 1);
      assert.ok(without.hits.every(({ key }) => key !== best));
      assert.equal(without.coverage.eligible, documents.length - 1);

      const vectors = query!.vectors;
      await api.put("notes", { ...documents[5]!, title: "", text: query!.text, vectors });
      const [first] = (await finalOf(api, query!)).hits;
      assert.equal(first?.key, documents[5]!.key);
    });
  });

  it("sees the documents as they were when it began", async () => {
    await withEngine({ search: everything, flushBytes: 1000 }, async (api) => {
      await putAll(api, documents);
      const payload = { mode: "every_update", title: true, text: false, fields: false } as const;
      const asked = searchRequest({ ...query!, payload });
      const expected = (await finalOf(api, asked)).hits;
      const stream = api.search(asked, { signal: new AbortController().signal });
      await stream.next();
      for (const document of documents) await api.put("notes", { ...document, title: "new" });
      await api.delete(
        "notes",
        expected.map(({ key }) => key),
      );
      let last;
      for await (const update of stream) last = update;
      assert.equal(last?.final, true);
      assert.deepEqual(last?.hits, expected);
      const after = await finalOf(api, asked);
      assert.ok(after.hits.every((hit) => hit.payload?.title === "new"));
      assert.ok(after.generation > last.generation);
    });
  });

  it("waits for the write it must see", async () => {
    await withEngine({}, async (api) => {
      await putAll(api, documents.slice(0, 3));
      const { lastSequence } = api.describeCollection("notes");
      const minSequence = lastSequence + 2;
      const searching = finalOf(api, { ...query!, minSequence, k: 100 });
      const acks = [api.put("notes", documents[3]!), api.put("notes", documents[4]!)];
      const final = await searching;
      assert.equal(final.hits.length, 5);
      assert.equal((await Promise.all(acks)).at(-1)?.sequence, minSequence);
      await assert.rejects(
        searchNotes(api, { ...query!, minSequence: minSequence + 1 }, { deadlineMs: 20 }),
        hasReason("DEADLINE_EXCEEDED", /write \d+ is not visible/),
      );
    });
  });

  it("says that the cross-encoder it was asked for is absent", async () => {
    await withEngine({}, async (api) => {
      await putAll(api, documents.slice(0, 20));
      const final = await finalOf(api, { ...query!, rerank: { model: "none-such" } });
      assert.equal(final.degradations[0]?.reason, "CROSS_ENCODER_ABSENT");
      assert.equal(final.certificate, "exact");
    });
  });

  it("ranks by words alone and says so when the model fails", async () => {
    await mkdir(join(folder(), "models"));
    await writeTinyModel(join(folder(), "models", "nan"), { ...tinyGraph, extra: NaN });
    const options = { modelsFolder: join(folder(), "models"), defaultModel: "nan" };
    const engine = await openInlineEngine(join(folder(), "data"), options);
    try {
      await engine.api.createCollection({ name: "notes", ifNotExists: false });
      await putAll(engine.api, documents.slice(0, 30));
      const final = await finalOf(engine.api, { text: documents[0]!.text, k: 3 });
      assert.equal(final.certificate, "lexical");
      assert.equal(final.hits[0]?.key, documents[0]!.key);
      const [degradation, ...more] = final.degradations;
      assert.deepEqual(more, []);
      assert.equal(degradation?.reason, "ENCODER_FAILED");
      assert.match(degradation.message, /model tiny gave NaN/);
      const given = await finalOf(engine.api, query!);
      assert.equal(given.certificate, "exact");
    } finally {
      await engine.close();
    }
  });

  it("encodes text with the collection's model, and splits what is too long", async () => {
    await mkdir(join(folder(), "models"));
    await writeTinyModel(join(folder(), "models", "tiny"));
    const options = { modelsFolder: join(folder(), "models"), defaultModel: "tiny" };
    const engine = await openInlineEngine(join(folder(), "data"), options);
    try {
      const { api } = engine;
      await api.createCollection({ name: "notes", ifNotExists: false });
      const long = Array.from({ length: 90 }, (_, i) => `Sentence ${i} speaks of rivers.`).join(
        " ",
      );
      const ack = await api.put("notes", {
        key: "long",
        title: "T",
        text: long,
        fields: new Map(),
      });
      assert.ok(ack.passageCount > 1);
      await api.put("notes", { key: "short", title: "", text: "A river.", fields: new Map() });
      const final = await finalOf(api, { text: "sentence 80" });
      assert.equal(final.certificate, "exact");
      assert.equal(final.coverage.maxSimScored, ack.passageCount + 1);
      const hit = final.hits.find(({ key }) => key === "long")!;
      assert.ok(hit.span.end <= long.length && hit.span.start < hit.span.end);
      assert.ok(hit.passageNumber < ack.passageCount);
    } finally {
      await engine.close();
    }
  });
});

describe("a search that is asked wrongly", () => {
  const folder = useTemporaryFolder();

  it("ends with the reason, and the next one is answered", async () => {
    await withEngineIn(folder(), {}, async (api) => {
      await putAll(api, documents.slice(0, 10));
      const bytes = new Uint8Array(4 * dim);
      const nan = new Uint8Array(new Float32Array(dim).fill(NaN).buffer);
      const given = { type: "float32", dim } as const;
      await assert.rejects(
        searchNotes(api, { ...query!, vectors: { ...given, bytes } }),
        hasReason("INVALID_VECTORS", /row 0 is all zeros/),
      );
      await assert.rejects(
        searchNotes(api, { ...query!, vectors: { ...given, bytes: nan } }),
        hasReason("INVALID_VECTORS", /NaN/),
      );
      await assert.rejects(
        searchNotes(api, { ...query!, vectors: { ...given, dim: 32, bytes } }),
        hasReason("VECTORS_OF_OTHER_MODEL", /dim 32.*dim 16/),
      );
      await assert.rejects(
        searchNotes(api, { ...query!, k: 0 }),
        hasReason("INVALID_FIELD", /k is 0/),
      );
      await assert.rejects(
        searchNotes(api, { ...query!, collection: "none" }),
        hasReason("COLLECTION_NOT_FOUND", /"none"/),
      );
      assert.equal((await finalOf(api, otherQuery!)).hits.length, 10);
    });
  });
});

async function withEngineIn(
  folder: string,
  options: Partial<InlineEngineOptions>,
  use: (api: EngineApi) => Promise<void>,
): Promise<void> {
  const engine = await openInlineEngine(join(folder, "data"), options);
  try {
    await createNotes(engine.api, { dim });
    await use(engine.api);
  } finally {
    await engine.close();
  }
}
