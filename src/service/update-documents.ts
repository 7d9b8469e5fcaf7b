// Changes fields of several documents, each on its own, for both ports.

import type { FieldUpdate } from "../core/document.js";
import { limits } from "../core/limits.js";
import type { EngineApi } from "../engine/api.js";
import { invalidField, quote } from "../contract/validate.js";
import { toDocumentError } from "./ingest-answers.js";
import type { DocumentAck, DocumentError, FailureLog } from "./ingest-answers.js";

/** Updates in flight, whose documents are in memory; they share commits. */
const groupSize = 64;

/**
 * Throws INVALID_FIELD for no updates, too many, or a key that occurs twice, and
 * COLLECTION_NOT_FOUND; then nothing is done. `path`: name of the call in the log.
 */
export async function updateDocuments(
  engine: EngineApi,
  collection: string,
  updates: readonly FieldUpdate[],
  { path, logger }: { readonly path: string; readonly logger: FailureLog },
): Promise<{ readonly acks: DocumentAck[]; readonly errors: DocumentError[] }> {
  checkKeys(updates);
  // Throws COLLECTION_NOT_FOUND for the call instead of for each document.
  engine.describeCollection(collection);
  const acks: DocumentAck[] = [];
  const errors: DocumentError[] = [];
  for (let start = 0; start < updates.length; start += groupSize) {
    const group = updates.slice(start, start + groupSize);
    const results = await Promise.allSettled(
      group.map((update) => engine.update(collection, update)),
    );
    for (const [i, result] of results.entries()) {
      const client_sequence = start + i + 1;
      const key = group[i]?.key ?? "";
      if (result.status === "fulfilled") {
        const { sequence, passageCount } = result.value;
        acks.push({ client_sequence, key, sequence, passage_count: passageCount });
      } else {
        errors.push(toDocumentError(result.reason, { client_sequence, key, path }, logger));
      }
    }
  }
  return { acks, errors };
}

/** Throws INVALID_FIELD when a request has no updates or too many. */
export function checkUpdateCount(count: number): void {
  if (count === 0) throw invalidField("updates", "updates is empty; send at least one");
  if (count > limits.keysPerRequestMax)
    throw invalidField(
      "updates",
      `updates has ${count} entries, the limit is ${limits.keysPerRequestMax}`,
    );
}

function checkKeys(updates: readonly FieldUpdate[]): void {
  checkUpdateCount(updates.length);
  const keys = new Set<string>();
  for (const [i, { key }] of updates.entries()) {
    if (keys.has(key)) throw invalidField(`updates[${i}].key`, `key ${quote(key)} occurs twice`);
    keys.add(key);
  }
}
