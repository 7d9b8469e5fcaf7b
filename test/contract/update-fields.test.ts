// Fields are changed without encoding: the same passages and scores, other fields, at once and after
// a restart; and writes that name a sequence.

import assert from "node:assert/strict";

import type { Fields, FieldUpdate, FieldValue } from "../../src/core/document.js";
import { parseFilter } from "../../src/core/parse-filter.js";
import type { EngineApi } from "../../src/engine/api.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 16;
const documents = seededDocuments({ seed: 5, count: 60, dim }).map((document, i) => ({
  ...document,
  title: `Note ${i}`,
  fields: new Map<string, FieldValue>([
    ["number", { kind: "integer", value: BigInt(i) }],
    ["lang", { kind: "keyword", value: "en" }],
  ]),
}));
const [query] = seededQueries({ seed: 5, count: 1, dim });

const german: Fields = new Map([["lang", { kind: "keyword", value: "de" }]]);

function update(key: string, change: Partial<FieldUpdate>): FieldUpdate {
  return { key, set: new Map(), remove: [], ...change };
}

async function scoresOf(api: EngineApi): Promise<unknown> {
  const { hits } = await finalOf(api, { ...query!, k: 100 });
  return hits.map(({ key, score, parts }) => ({ key, score, parts }));
}

async function keysWith(api: EngineApi, filter: string): Promise<string[]> {
  const { hits } = await finalOf(api, { ...query!, k: 100, filter: parseFilter(filter) });
  return hits.map(({ key }) => key).sort();
}

describe("fields of stored documents", () => {
  const folder = useTemporaryFolder();

  for (const [what, flushBytes] of [
    ["in the journal", 2 ** 23],
    ["in segments", 500],
  ] as const)
    it(`are changed ${what}: no score changes, and filters follow at once`, async () => {
      const engine = await openInlineEngine(folder(), { flushBytes });
      const { api } = engine;
      await createNotes(api, { dim });
      await putAll(api, documents);
      const before = await scoresOf(api);
      const changed = documents.slice(10, 30).map(({ key }) => key);
      const acks = await Promise.all(
        changed.map((key) => api.update("notes", update(key, { set: german, remove: ["number"] }))),
      );
      assert.ok(acks.every(({ passageCount }) => passageCount === 1));
      const check = async (asked: EngineApi): Promise<void> => {
        assert.deepEqual(await scoresOf(asked), before);
        assert.deepEqual(await keysWith(asked, 'lang = "de"'), [...changed].sort());
        assert.deepEqual(await keysWith(asked, "not exists(number)"), [...changed].sort());
        const [stored] = await asked.get("notes", [changed[0]!]);
        assert.deepEqual(stored?.fields, german);
        assert.equal(stored.text, documents[10]!.text);
      };
      await check(api);
      await engine.close();

      const again = await openInlineEngine(folder(), { flushBytes });
      await check(again.api);
      for await (const { step } of again.api.optimize("notes", {
        isFull: true,
        signal: new AbortController().signal,
      }))
        assert.ok(step !== "");
      await check(again.api);
      await again.close();
    });

  it("of many passages, encoded by the model, keep every one of them", async () => {
    const engine = await openInlineEngine(folder());
    const { api } = engine;
    await api.createCollection({ name: "notes", ifNotExists: false });
    const text = Array.from({ length: 900 }, (_, i) => `gold dust number ${i}.`).join(" ");
    const put = { key: "long", title: "A long note", text, fields: new Map() };
    const { passageCount } = await api.put("notes", put);
    assert.ok(passageCount > 1);
    const search = { text: "gold dust number 700", collection: "notes" };
    const before = await finalOf(api, search);
    const ack = await api.update("notes", update("long", { set: german }));
    assert.equal(ack.passageCount, passageCount);
    const after = await finalOf(api, { ...search, filter: parseFilter('lang = "de"') });
    assert.deepEqual(after.hits, before.hits);
    await engine.close();
  });

  it("that are changed at the same time are all changed", async () => {
    const engine = await openInlineEngine(folder());
    const { api } = engine;
    await createNotes(api, { dim });
    await putAll(api, documents.slice(0, 1));
    const { key } = documents[0]!;
    const names = Array.from({ length: 20 }, (_, i) => `f${i}`);
    const value = { kind: "boolean", value: true } as const;
    await Promise.all(
      names.map((name) => api.update("notes", update(key, { set: new Map([[name, value]]) }))),
    );
    const [stored] = await api.get("notes", [key]);
    assert.deepEqual(
      [...(stored?.fields.keys() ?? [])].sort(),
      ["lang", "number", ...names].sort(),
    );
    await engine.close();
  });

  it("are refused where the document is missing, not within, or would have too many", async () => {
    const engine = await openInlineEngine(folder());
    const { api } = engine;
    await createNotes(api, { dim });
    await putAll(api, documents.slice(0, 2));
    const { key } = documents[0]!;
    await assert.rejects(api.update("notes", update("none", {})), { reason: "DOCUMENT_NOT_FOUND" });
    const within = parseFilter('lang = "de"');
    await assert.rejects(api.update("notes", update(key, {}), { within }), {
      reason: "DOCUMENT_NOT_FOUND",
    });
    const english = parseFilter('lang = "en"');
    await assert.rejects(api.update("notes", update(key, { set: german }), { within: english }), {
      reason: "PERMISSION_DENIED",
    });
    const many = Array.from({ length: 63 }, (_, i) => [`f${i}`, { kind: "boolean", value: true }]);
    const set = new Map(many as [string, FieldValue][]);
    await assert.rejects(api.update("notes", update(key, { set })), { reason: "LIMIT_EXCEEDED" });
    assert.deepEqual((await api.get("notes", [key]))[0]?.fields, documents[0]!.fields);
    await engine.close();
  });
});

describe("a write that names a sequence", () => {
  const folder = useTemporaryFolder();

  it("is done only over that version of the document", async () => {
    const engine = await openInlineEngine(folder());
    const { api } = engine;
    await createNotes(api, { dim });
    const [document] = documents;
    const { key } = document!;
    const refused = { reason: "SEQUENCE_MISMATCH", field: "if_sequence" };
    const first = await api.put("notes", document!, { ifSequence: 0 });
    await assert.rejects(api.put("notes", document!, { ifSequence: 0 }), refused);
    await assert.rejects(api.put("notes", document!, { ifSequence: first.sequence + 1 }), refused);
    const second = await api.update("notes", update(key, { ifSequence: first.sequence }));
    assert.ok(second.sequence > first.sequence);
    await assert.rejects(api.update("notes", update(key, { ifSequence: first.sequence })), refused);
    const third = await api.put("notes", document!, { ifSequence: second.sequence });
    await api.delete("notes", [key]);
    await assert.rejects(api.put("notes", document!, { ifSequence: third.sequence }), refused);
    await engine.close();
  });

  it("is done once when many name the same", async () => {
    const engine = await openInlineEngine(folder());
    const { api } = engine;
    await createNotes(api, { dim });
    const [document] = documents;
    const { sequence } = await api.put("notes", document!);
    const writes = Array.from({ length: 20 }, (_, i) =>
      i % 2 === 0
        ? api.put("notes", document!, { ifSequence: sequence })
        : api.update("notes", update(document!.key, { set: german, ifSequence: sequence })),
    );
    const results = await Promise.allSettled(writes);
    assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
    await engine.close();
  });
});
