import assert from "node:assert/strict";

import { parseFilter } from "../../src/core/parse-filter.js";
import type { Document } from "../../src/core/document.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { createNotes, putAll } from "../support/notes.js";
import { seededDocuments } from "../support/seeded-corpus.js";

const dim = 16;
const documents = seededDocuments({ seed: 5, count: 1300, dim }).map((document, i): Document => ({
  ...document,
  key: `key ${i}`,
  fields: new Map([["i", { kind: "integer", value: BigInt(i) }]]),
}));
const { signal } = new AbortController();

async function keysOf({ api }: InlineEngine): Promise<string[]> {
  const keys: string[] = [];
  let afterKey: string | undefined;
  do {
    const page = await api.list("notes", { pageSize: 500, afterKey });
    keys.push(...page.documents.map(({ key }) => key));
    afterKey = page.nextAfterKey;
  } while (afterKey !== undefined);
  return keys.sort();
}

describe("delete by filter", () => {
  const folder = useTemporaryFolder();

  async function withDocuments(use: (engine: InlineEngine) => Promise<void>): Promise<void> {
    const engine = await openInlineEngine(folder(), { flushBytes: 10_000 });
    try {
      await createNotes(engine.api, { dim });
      await putAll(engine.api, documents, 256);
      await use(engine);
    } finally {
      await engine.close();
    }
  }

  it("deletes what the filter lets through, in flushed and live segments, durably", async () => {
    await withDocuments(async ({ api }) => {
      const before = api.describeCollection("notes").lastSequence;
      const filter = parseFilter("i >= 100 and i < 1250");
      const { deletedCount, sequence } = await api.deleteWhere("notes", filter, { signal });
      assert.equal(deletedCount, 1150);
      assert.equal(sequence, before + 1150);
      const again = await api.deleteWhere("notes", filter, { signal });
      assert.deepEqual(again, { deletedCount: 0, sequence, unmatched: [] });
    });
    const engine = await openInlineEngine(folder());
    const kept = documents.filter((_, i) => i < 100 || i >= 1250).map(({ key }) => key);
    assert.deepEqual(await keysOf(engine), kept.sort());
    await engine.close();
  });

  it("tells conditions that no document could meet, also where that lets all of them through", async () => {
    await withDocuments(async ({ api }) => {
      const missing = await api.deleteWhere("notes", parseFilter("j = 3"), { signal });
      assert.equal(missing.deletedCount, 0);
      assert.deepEqual(missing.unmatched, ['no document has a field "j"']);
      const all = await api.deleteWhere("notes", parseFilter('not i = "3"'), { signal });
      assert.equal(all.deletedCount, documents.length);
      assert.equal(all.unmatched.length, 1);
    });
  });

  it("leaves documents that are written again meanwhile", async () => {
    await withDocuments(async (engine) => {
      const { api } = engine;
      const deleting = api.deleteWhere("notes", parseFilter("exists(i)"), { signal });
      // Written while the first group is under way: the last ones are replaced before their turn.
      const late = documents.slice(-3);
      await Promise.all(late.map((document) => api.put("notes", { ...document, title: "late" })));
      const { deletedCount } = await deleting;
      const kept = await keysOf(engine);
      assert.equal(deletedCount, documents.length - 3);
      assert.deepEqual(kept, late.map(({ key }) => key).sort());
    });
  });

  it("stops when its caller goes away", async () => {
    await withDocuments(async (engine) => {
      const controller = new AbortController();
      const deleting = engine.api.deleteWhere("notes", parseFilter("exists(i)"), {
        signal: controller.signal,
      });
      controller.abort(new Error("gone"));
      await assert.rejects(deleting, /gone/);
      assert.ok((await keysOf(engine)).length > 0);
    });
  });

  it("refuses a faulty filter, naming the place", async () => {
    await withDocuments(async ({ api }) => {
      const filter = { kind: "not", filter: { kind: "exists", field: "" } } as const;
      await assert.rejects(api.deleteWhere("notes", filter, { signal }), {
        reason: "INVALID_FIELD",
        field: "filter.not.exists",
      });
    });
  });
});
