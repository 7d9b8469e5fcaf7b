import assert from "node:assert/strict";

import type { Document } from "../../../src/core/document.js";
import { SluiceError } from "../../../src/core/errors.js";
import { closeCollection } from "../../../src/index/collection.js";
import { CollectionWriter } from "../../../src/ingest/collection-writer.js";
import { deleteDocuments, putDocument } from "../../../src/ingest/ingest.js";
import type { WritePath } from "../../../src/ingest/ingest.js";
import { openSmallCollection, seededPut } from "../../support/collections.js";
import { hasReason } from "../../support/errors.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

/** A write path whose preparer gives seeded passages, and refuses the text "unencodable". */
async function withWritePath(use: (path: WritePath) => Promise<void>): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    const owner = await openSmallCollection(folder);
    const collection = owner.view;
    const writer = new CollectionWriter(owner, { flushBytes: 1e6 });
    const preparer: WritePath["preparer"] = {
      prepare: ({ text }) =>
        text === "unencodable"
          ? Promise.reject(new SluiceError("MODEL_REQUIRED", "no model"))
          : Promise.resolve(seededPut("any", text.length).passages),
    };
    try {
      await use({ collection, writer, preparer });
    } finally {
      await writer.close();
      await closeCollection(collection);
    }
  });
}

function document(key: string, text: string): Document {
  const fields: Document["fields"] = new Map([["kind", { kind: "keyword", value: "test" }]]);
  return { key, title: `title of ${key}`, text, fields };
}

describe("putDocument", () => {
  it("stores the document as it was sent, and acknowledges it", () =>
    withWritePath(async (path) => {
      const sent = document("a", "some text");
      const ack = await putDocument(path, sent);
      assert.equal(ack.key, "a");
      const record = path.collection.generation.documents.readDocument("a");
      assert.ok(record !== undefined);
      const { title, text, fields } = record;
      assert.deepEqual({ key: "a", title, text, fields }, sent);
      assert.equal(record.spans.length, ack.passageCount);
      assert.equal(record.sequence, ack.sequence);
      assert.equal(path.collection.generation.lastSequence, ack.sequence);
    }));

  it("stores nothing of a document that is refused, wherever on its way", () =>
    withWritePath(async (path) => {
      await assert.rejects(putDocument(path, document("", "text")), hasReason("INVALID_KEY"));
      await assert.rejects(
        putDocument(path, document("a", "unencodable")),
        hasReason("MODEL_REQUIRED"),
      );
      assert.equal(path.collection.generation.documentCount, 0);
      assert.equal(path.collection.generation.lastSequence, 0);
    }));
});

describe("deleteDocuments", () => {
  it("counts what was there and what was not", () =>
    withWritePath(async (path) => {
      for (const key of ["a", "b", "c"]) await putDocument(path, document(key, "text"));
      const deleted = await deleteDocuments(path, ["a", "missing", "c", "a"]);
      assert.equal(deleted.deletedCount, 2);
      assert.equal(deleted.missingCount, 2);
      assert.equal(deleted.sequence, path.collection.generation.lastSequence);
      const listed = path.collection.generation.documents.listDocuments({ countMax: 10 });
      assert.deepEqual(
        listed.map(([key]) => key),
        ["b"],
      );
    }));

  it("deletes nothing when one of the keys is no key", () =>
    withWritePath(async (path) => {
      await putDocument(path, document("a", "text"));
      await assert.rejects(deleteDocuments(path, ["a", ""]), hasReason("INVALID_KEY"));
      assert.equal(path.collection.generation.documentCount, 1);
    }));
});
