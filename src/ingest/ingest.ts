// THE WRITE PATH. A document's way reads top to bottom here: validate, prepare, write.

import type { Document } from "../core/document.js";
import type { PassagePreparer } from "../encoding/prepared-passage.js";
import type { Collection } from "../index/collection.js";
import type { CollectionWriter } from "./collection-writer.js";
import type { WriteAck } from "./ingest-types.js";
import { validateDocument, validateKey } from "./validate-document.js";

export interface WritePath {
  readonly collection: Collection;
  readonly writer: CollectionWriter;
  readonly preparer: PassagePreparer;
}

/** Resolves when the document is on disk and visible; rejects with nothing of it stored. */
export async function putDocument(path: WritePath, document: Document): Promise<WriteAck> {
  validateDocument(document);
  const passages = await path.preparer.prepare(document, path.collection);
  const { key, title, text, fields } = document;
  const result = await path.writer.write({ kind: "put", key, title, text, fields, passages });
  return { key, sequence: result.sequence, passageCount: result.passageCount };
}

/** Deletes one by one in one group of writes; unknown keys are counted, not errors. */
export async function deleteDocuments(
  path: Pick<WritePath, "collection" | "writer">,
  keys: readonly string[],
): Promise<{ deletedCount: number; missingCount: number; sequence: number }> {
  for (const key of keys) validateKey(key);
  const results = await Promise.all(keys.map((key) => path.writer.write({ kind: "delete", key })));
  const deletedCount = results.filter((result) => result.isChanged).length;
  const sequence = path.collection.generation.lastSequence;
  return { deletedCount, missingCount: keys.length - deletedCount, sequence };
}
