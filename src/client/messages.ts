// Converts messages to the client's plain values.

import { present } from "../core/assert.js";
import { explainedFields } from "../contract/explain.js";
import type { ExplainedPassage } from "../contract/explain.js";
import { rerankUpdateFields } from "../contract/rerank.js";
import type { RerankUpdate } from "../contract/rerank.js";
import { searchUpdateFields } from "../contract/search-update.js";
import type { SearchUpdate } from "../contract/search-update.js";
import type { Collection__Output } from "../gen/proto/sluice/v1/Collection.js";
import type { CollectionSettings__Output } from "../gen/proto/sluice/v1/CollectionSettings.js";
import type { ExplainResponse__Output } from "../gen/proto/sluice/v1/ExplainResponse.js";
import type { IngestAck__Output } from "../gen/proto/sluice/v1/IngestAck.js";
import type { IngestError__Output } from "../gen/proto/sluice/v1/IngestError.js";
import type { RerankResponse__Output } from "../gen/proto/sluice/v1/RerankResponse.js";
import type { SearchUpdate__Output } from "../gen/proto/sluice/v1/SearchUpdate.js";
import type { StoredDocument__Output } from "../gen/proto/sluice/v1/StoredDocument.js";
import { fieldsFromMessages } from "../wire/document-messages.js";
import { fromMessage } from "../wire/field-messages.js";
import { recallFromMessage } from "./calibrate.js";
import { scoreMapFromMessage } from "./score-maps.js";
import type {
  ClientCollection,
  ClientCollectionSettings,
  ClientIngestAck,
  ClientIngestError,
  ClientStoredDocument,
} from "./types.js";

// A server sets all required fields of an update, since the type of `toMessage` requires them.

export function updateFromMessage(message: SearchUpdate__Output): SearchUpdate {
  return fromMessage<SearchUpdate>(searchUpdateFields, message) as SearchUpdate;
}

export function rerankUpdateFromMessage(message: RerankResponse__Output): RerankUpdate {
  return fromMessage<RerankUpdate>(rerankUpdateFields, message) as RerankUpdate;
}

export function explanationFromMessage(message: ExplainResponse__Output): ExplainedPassage {
  return fromMessage<ExplainedPassage>(explainedFields, message) as ExplainedPassage;
}

export function storedDocumentFromMessage(message: StoredDocument__Output): ClientStoredDocument {
  const document = present(message.document, "the server sends stored documents whole");
  return {
    key: document.key,
    title: document.title,
    text: document.text,
    fields: fieldsFromMessages(document.fields),
    sequence: Number(message.sequence),
    passageCount: message.passage_count,
  };
}

export function ackFromMessage(message: IngestAck__Output): ClientIngestAck {
  return {
    clientSequence: Number(message.client_sequence),
    key: message.key,
    sequence: Number(message.sequence),
    passageCount: message.passage_count,
  };
}

export function ingestErrorFromMessage(message: IngestError__Output): ClientIngestError {
  const { key, reason, field, retryable } = message;
  return {
    clientSequence: Number(message.client_sequence),
    key,
    reason,
    message: message.message,
    field: field === "" ? undefined : field,
    retryable,
  };
}

export function collectionFromMessage(message: Collection__Output | null): ClientCollection {
  const collection = present(message, "the server sends the collection");
  return {
    settings: settingsFromMessage(collection.settings),
    documentCount: Number(collection.document_count),
    passageCount: Number(collection.passage_count),
    tokenCount: Number(collection.token_count),
    generation: Number(collection.generation),
    lastSequence: Number(collection.last_sequence),
    segmentCount: collection.segment_count,
    diskBytes: Number(collection.disk_bytes),
    kernel: collection.kernel,
    recall: collection.recall === null ? undefined : recallFromMessage(collection.recall),
    scoreMaps: collection.score_maps.map(scoreMapFromMessage),
  };
}

export function settingsFromMessage(
  message: CollectionSettings__Output | null,
): ClientCollectionSettings {
  const settings = present(message, "the server sends the settings");
  return {
    name: settings.name,
    modelName: settings.model === "" ? undefined : settings.model,
    modelFingerprint: settings.model_fingerprint === "" ? undefined : settings.model_fingerprint,
    dim: settings.dim,
    bits: settings.bits,
    sketchBits: settings.sketch_bits,
    refineBits: settings.refine_bits,
    analyzer: settings.analyzer === "ANALYZER_UNICODE" ? "unicode" : "english",
    analyzerVersion: settings.analyzer_version,
    stemmer: settings.stemmer,
    stopWords: settings.stop_words,
    seed: settings.seed,
  };
}
