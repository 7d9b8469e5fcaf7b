// Optimize through the engine's port: the same hits before, meanwhile and after.

import assert from "node:assert/strict";

import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 32;
const documents = seededDocuments({ seed: 77, count: 400, dim });
const queries = seededQueries({ seed: 77, count: 5, dim });

describe("optimize", () => {
  const folder = useTemporaryFolder();

  it("leaves one segment without dead passages, tells how far it is, and changes no score", async () => {
    const engine = await openInlineEngine(folder(), { flushBytes: 1000 });
    try {
      const { api, collections } = engine;
      await createNotes(api, { dim });
      await putAll(api, documents);
      await api.delete(
        "notes",
        documents.filter((_, i) => i % 5 === 0).map(({ key }) => key),
      );
      const { collection } = collections.opened("notes")!;
      const hitsOf = (): Promise<unknown[]> =>
        Promise.all(queries.map(async (query) => (await finalOf(api, { ...query, k: 50 })).hits));
      const before = await hitsOf();
      const steps: { step: string; done: number; total: number }[] = [];
      const { signal } = new AbortController();
      for await (const progress of api.optimize("notes", { isFull: true, signal })) {
        steps.push(progress);
        assert.deepEqual(await hitsOf(), before);
      }
      assert.deepEqual(await hitsOf(), before);
      const { segments, generation } = { ...collection.manifest, ...collection };
      assert.deepEqual(
        segments.map(({ passageCount }) => passageCount),
        [generation.totals.passageCount],
      );
      const last = steps.at(-1);
      assert.ok(last !== undefined && last.done === last.total, JSON.stringify(steps));
      // Once more there is nothing to do.
      const { nextSegmentId } = collection;
      for await (const { total } of api.optimize("notes", { isFull: true, signal }))
        assert.equal(total, 0);
      assert.equal(collection.nextSegmentId, nextSegmentId);
    } finally {
      await engine.close();
    }
  });

  it("stops between two merges when its caller goes away", async () => {
    const engine = await openInlineEngine(folder(), { flushBytes: 1_000_000 });
    try {
      const { api } = engine;
      await createNotes(api, { dim });
      await putAll(api, documents.slice(0, 20));
      const controller = new AbortController();
      const gone = new Error("gone");
      const job = api.optimize("notes", { isFull: true, signal: controller.signal });
      await job.next();
      controller.abort(gone);
      await assert.rejects(async () => {
        for await (const { step } of job) assert.ok(step);
      }, gone);
      assert.equal((await finalOf(api, { ...queries[0]!, k: 5 })).hits.length, 5);
    } finally {
      await engine.close();
    }
  });
});
