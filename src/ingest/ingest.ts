// THE WRITE PATH. A document's way reads top to bottom here: validate, prepare, write.

import type { Sequence } from "../core/ids.js";
import type { Document } from "../core/document.js";
import type { Filter } from "../core/filter.js";
import { createFilterMatch } from "../core/match-filter.js";
import type { PassagePreparer } from "../encoding/prepared-passage.js";
import type { Collection } from "../index/collection.js";
import type { CollectionWriter } from "./collection-writer.js";
import type { WriteAck } from "./write-operations.js";
import { validateDocument, validateKey } from "./validate-document.js";

export interface WritePath {
  readonly collection: Collection;
  readonly writer: CollectionWriter;
  readonly preparer: PassagePreparer;
}

/** See PutOperation. */
export interface PutConditions {
  readonly within?: Filter | undefined;
  readonly ifSequence?: number | undefined;
}

/** Resolves when the document is on disk and visible; rejects with nothing of it stored. */
export async function putDocument(
  path: WritePath,
  document: Document,
  { within, ifSequence }: PutConditions = {},
): Promise<WriteAck> {
  validateDocument(document);
  const isWithin = within && createFilterMatch(within);
  const { key, title, text, fields } = document;
  for (;;) {
    const { analyzerVersion } = path.collection.settings;
    const passages = await path.preparer.prepare(document, path.collection);
    const prepared = { passages, analyzerVersion, isWithin, ifSequence };
    const put = { kind: "put", key, title, text, fields, ...prepared } as const;
    const { isOutdated = false, sequence, passageCount } = await path.writer.write(put);
    if (!isOutdated) return { key, sequence, passageCount };
  }
}

/**
 * Deletes one by one in one group of writes; unknown keys, and those that are not `within`, are
 * counted, not errors.
 */
export async function deleteDocuments(
  path: Pick<WritePath, "collection" | "writer">,
  keys: readonly string[],
  within?: Filter,
): Promise<{ deletedCount: number; missingCount: number; sequence: Sequence }> {
  for (const key of keys) validateKey(key);
  const isWithin = within && createFilterMatch(within);
  const results = await Promise.all(
    keys.map((key) => path.writer.write({ kind: "delete", key, isWithin })),
  );
  const deletedCount = results.filter((result) => result.isChanged).length;
  const sequence = path.collection.generation.lastSequence;
  return { deletedCount, missingCount: keys.length - deletedCount, sequence };
}
