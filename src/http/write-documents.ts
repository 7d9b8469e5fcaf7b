// Writes the documents of one JSON body, each of them answered on its own.

import { SluiceError } from "../core/errors.js";
import { toDocumentError } from "../service/ingest-answers.js";
import type { DocumentAck, DocumentError, IngestAnswer } from "../service/ingest-answers.js";
import { documentFromJson, sentKeyOf } from "./document-json.js";
import type { HttpCallContext } from "./exchange.js";

/** In the order of the documents, which are numbered from 1; a key that occurs twice is refused. */
export async function writeDocuments(
  call: HttpCallContext,
  collection: string,
  documents: readonly unknown[],
): Promise<IngestAnswer> {
  const { engine, operation: path, logger } = call;
  // Throws COLLECTION_NOT_FOUND for the call instead of for each document.
  engine.describeCollection(collection);
  const keys = new Set<string>();
  const write = async (value: unknown, i: number): Promise<DocumentAck> => {
    const { ifSequence, ...document } = documentFromJson(value, (name) => call.warnOfUnknown(name));
    const { key } = document;
    if (keys.has(key))
      throw new SluiceError("DUPLICATE_KEY", "the key occurred before in this body", {
        field: "key",
      });
    keys.add(key);
    const { sequence, passageCount } = await engine.put(collection, document, { ifSequence });
    return { client_sequence: i + 1, key, sequence, passage_count: passageCount };
  };
  const results = await Promise.allSettled(documents.map(write));
  const acks: DocumentAck[] = [];
  const errors: DocumentError[] = [];
  for (const [i, result] of results.entries()) {
    if (result.status === "fulfilled") acks.push(result.value);
    else {
      const refused = { client_sequence: i + 1, key: sentKeyOf(documents[i]), path };
      errors.push(toDocumentError(result.reason, refused, logger));
    }
  }
  return { acks, errors, answered_through: documents.length };
}
