// Updates of fields: each document is changed or refused on its own.

import { invalidField, quote, collectionName } from "../contract/validate.js";
import type { FieldUpdate } from "../core/document.js";
import { limits } from "../core/limits.js";
import type { EngineApi } from "../engine/api.js";
import type { DocumentServiceUpdateRequest__Output as UpdateRequest } from "../gen/proto/sluice/v1/DocumentServiceUpdateRequest.js";
import type { DocumentServiceUpdateResponse as UpdateResponse } from "../gen/proto/sluice/v1/DocumentServiceUpdateResponse.js";
import type { IngestAck } from "../gen/proto/sluice/v1/IngestAck.js";
import type { IngestError } from "../gen/proto/sluice/v1/IngestError.js";
import type { RpcContext } from "./calls.js";
import { fieldUpdateFromMessage } from "./convert-documents.js";
import { toIngestError } from "./ingest-answers.js";

/** Updates in flight, whose documents are in memory; they share commits. */
const groupSize = 64;

/** Throws INVALID_FIELD for a malformed request, of which nothing is done. */
export async function updateDocuments(
  engine: EngineApi,
  request: UpdateRequest,
  { path, logger }: Pick<RpcContext, "logger"> & { readonly path: string },
): Promise<UpdateResponse> {
  const collection = collectionName(request.collection, "collection");
  const updates = readUpdates(request);
  // Throws COLLECTION_NOT_FOUND for the call instead of for each document.
  engine.describeCollection(collection);
  const acks: IngestAck[] = [];
  const errors: IngestError[] = [];
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
        errors.push(toIngestError(result.reason, { client_sequence, key, path }, { logger }));
      }
    }
  }
  return { acks, errors };
}

function readUpdates({ updates }: UpdateRequest): FieldUpdate[] {
  if (updates.length === 0) throw invalidField("updates", "updates is empty; send at least one");
  if (updates.length > limits.keysPerRequestMax)
    throw invalidField(
      "updates",
      `updates has ${updates.length} entries, the limit is ${limits.keysPerRequestMax}`,
    );
  const keys = new Set<string>();
  return updates.map((message, i) => {
    const update = fieldUpdateFromMessage(message, `updates[${i}]`);
    if (keys.has(update.key))
      throw invalidField(`updates[${i}].key`, `key ${quote(update.key)} occurs twice`);
    keys.add(update.key);
    return update;
  });
}
