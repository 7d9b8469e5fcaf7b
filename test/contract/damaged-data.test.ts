// Searches over stored bytes that went bad.

import assert from "node:assert/strict";

import { present } from "../../src/core/assert.js";
import { openLmdbStore } from "../../src/store/lmdb-store.js";
import { damageWhere, onlyCollectionFolder } from "../support/damage.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 64;
const documents = seededDocuments({ seed: 41, count: 120, dim });
const [query] = seededQueries({ seed: 41, count: 1, dim });
const k = documents.length;

describe("a search over a damaged segment", () => {
  const folder = useTemporaryFolder();
  const open = (): Promise<InlineEngine> => openInlineEngine(folder(), { flushBytes: 2_000 });

  /** Returns how many passages lie in the segment that is damaged. */
  async function writeAndDamage(): Promise<number> {
    const engine = await open();
    await createNotes(engine.api, { dim });
    await putAll(engine.api, documents);
    const { segments } = engine.collections.opened("notes")!.collection.manifest;
    assert.ok(segments.length > 2);
    await engine.close();
    const { id, passageCount } = present(segments[1], "there is a second segment");
    const store = openLmdbStore(onlyCollectionFolder(folder()));
    const codes = new Uint8Array(store.readCodes(id, "codes")).slice(0, 40);
    await store.close();
    damageWhere(folder(), codes);
    return passageCount;
  }

  it("leaves its passages out, says so, and ranks the others as before", async () => {
    const lostCount = await writeAndDamage();
    const engine = await open();
    try {
      const final = await finalOf(engine.api, { ...query!, k });
      assert.equal(final.coverage.eligible, documents.length - lostCount);
      assert.equal(final.hits.length, documents.length - lostCount);
      const [degradation, ...more] = final.degradations;
      assert.deepEqual(more, []);
      assert.equal(degradation?.reason, "CORRUPT_PASSAGES");
      assert.match(degradation.message, /segment 2.*damaged.*passages are not searched/);
    } finally {
      await engine.close();
    }
  });

  it("is whole again after the documents were sent again", async () => {
    await writeAndDamage();
    const engine = await open();
    try {
      await putAll(engine.api, documents);
      const final = await finalOf(engine.api, { ...query!, k });
      assert.equal(final.hits.length, documents.length);
      assert.equal(final.certificate, "exact");
      assert.equal(engine.api.describeCollection("notes").documentCount, documents.length);
    } finally {
      await engine.close();
    }
  });

  it("shows a hit without its payload when only its document is damaged", async () => {
    const engine = await open();
    await createNotes(engine.api, { dim });
    const marked = { ...documents[0]!, key: "marked", text: "zxmarkzx of this document" };
    await putAll(engine.api, [...documents.slice(1, 20), marked]);
    await engine.close();
    damageWhere(folder(), Buffer.from("zxmarkzx of this"));
    const again = await open();
    try {
      const payload = { mode: "every_update", title: true, text: true, fields: true } as const;
      const final = await finalOf(again.api, { ...query!, k, payload });
      assert.equal(final.hits.length, 20);
      for (const hit of final.hits)
        assert.equal(hit.payload === undefined, hit.key === "marked", hit.key);
      assert.deepEqual(
        final.degradations.map(({ reason }) => reason),
        ["CORRUPT_PASSAGES"],
      );
      assert.match(final.degradations[0]!.message, /document "marked" is damaged/);
      // Its fields are lost, so a filter cannot know whether it belongs to the answer.
      const filter = { kind: "exists", field: "number" } as const;
      const filtered = await finalOf(again.api, { ...query!, k, filter });
      assert.equal(filtered.hits.length, 19);
      assert.match(filtered.degradations[0]!.message, /take it to have no fields/);
    } finally {
      await again.close();
    }
  });
});
