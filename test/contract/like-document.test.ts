// A search for what is like a document: by its stored vectors, and without the document itself.

import assert from "node:assert/strict";
import { parseFilter } from "../../src/core/parse-filter.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { hasReason } from "../support/errors.js";
import { openInlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments } from "../support/seeded-corpus.js";

const dim = 16;
const documents = seededDocuments({ seed: 61, count: 120, dim });

describe("a search for what is like a document", () => {
  const folder = useTemporaryFolder();

  for (const [what, flushBytes] of [
    ["in live segments", 2 ** 23],
    ["in flushed segments", 500],
  ] as const)
    it(`is one with its stored vectors, without the document, ${what}`, async () => {
      const engine = await openInlineEngine(folder(), { flushBytes });
      try {
        await createNotes(engine.api, { dim, bits: 4 });
        await putAll(engine.api, documents);
        const signal = new AbortController().signal;
        const stored = new Map<string, Uint8Array>();
        const request = { collection: "notes", vectors: true };
        for await (const batch of engine.api.exportDocuments(request, { signal }))
          for (const { key, passages = [] } of batch.documents)
            stored.set(key, passages[0]!.vectors.bytes);
        for (const { key } of documents.slice(0, 20))
          for (const filter of [undefined, parseFilter("number >= 10")]) {
            const vectors = { type: "float32", dim, bytes: stored.get(key)! } as const;
            const asked = { text: "", vectors, filter, exhaustive: true };
            const all = await finalOf(engine.api, { ...asked, k: 1000 });
            const others = all.hits.filter((hit) => hit.key !== key);
            const like = await finalOf(engine.api, {
              text: "",
              like: { key },
              filter,
              exhaustive: true,
              k: 1000,
              countDocuments: true,
            });
            const shown = (hits: typeof others) => hits.map((hit) => [hit.key, hit.score]);
            assert.deepEqual(shown([...like.hits]), shown(others));
            assert.equal(like.documentCount, others.length);
            assert.equal(like.certificate, "exact");
          }
      } finally {
        await engine.close();
      }
    });

  it("needs a document that is there, with such a passage", async () => {
    const engine = await openInlineEngine(folder());
    try {
      await createNotes(engine.api, { dim });
      await putAll(engine.api, documents.slice(0, 5));
      const { key } = documents[0]!;
      await assert.rejects(
        finalOf(engine.api, { text: "", like: { key: "nothing" } }),
        hasReason("DOCUMENT_NOT_FOUND"),
      );
      await assert.rejects(
        finalOf(engine.api, { text: "", like: { key, passageNumber: 1 } }),
        hasReason("INVALID_FIELD"),
      );
    } finally {
      await engine.close();
    }
  });
});
