// Converts and validates documents, vectors and pages.

import { documentToMessage, fieldValueFromMessage } from "../wire/document-messages.js";
import { vectorsFromMessage, vectorsToMessage } from "../wire/vector-messages.js";
import type { Document, FieldUpdate, FieldValue, Fields } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { Document__Output } from "../gen/proto/sluice/v1/Document.js";
import type { ExportResponse } from "../gen/proto/sluice/v1/ExportResponse.js";
import type { Field__Output } from "../gen/proto/sluice/v1/Field.js";
import type { FieldUpdate__Output } from "../gen/proto/sluice/v1/FieldUpdate.js";
import type { StoredDocument as StoredDocumentMessage } from "../gen/proto/sluice/v1/StoredDocument.js";
import type { ExportedBatch, StoredDocument } from "../engine/api.js";
import {
  documentKey,
  invalidField,
  quote,
  sequenceNumber,
  shortName,
  textWithin,
} from "../contract/validate.js";

/** Error fields are paths inside the document. */
export function documentFromMessage(message: Document__Output | null): Document {
  if (message === null) throw invalidField("document", "document is missing");
  const key = documentKey(message.key, "key");
  const title = textWithin(message.title, { field: "title", bytesMax: limits.titleBytesMax });
  const text = textWithin(message.text, { field: "text", bytesMax: limits.textBytesMax });
  const fields = fieldsFromMessage(message.fields, "fields");
  if (message.vectors === null) {
    if (title.trim() === "" && text.trim() === "") {
      throw new SluiceError("INVALID_TEXT", "text and title are empty and no vectors are given", {
        field: "text",
      });
    }
    return { key, title, text, fields };
  }
  const rowCountMax = limits.passageRowsMax;
  const vectors = vectorsFromMessage(message.vectors, { field: "vectors", rowCountMax });
  return { key, title, text, fields, vectors };
}

/** Error fields are paths below `path`. */
export function fieldUpdateFromMessage(message: FieldUpdate__Output, path: string): FieldUpdate {
  const bytesMax = limits.fieldNameBytesMax;
  return {
    key: documentKey(message.key, `${path}.key`),
    set: fieldsFromMessage(message.set, `${path}.set`),
    remove: message.remove.map((name, i) =>
      shortName(name, { field: `${path}.remove[${i}]`, bytesMax }),
    ),
    ifSequence: ifSequenceOf(message.if_sequence, `${path}.if_sequence`),
  };
}

/** `value` is undefined when the message leaves it unset. */
export function ifSequenceOf(value: string | undefined, path: string): number | undefined {
  return value === undefined ? undefined : sequenceNumber(value, path);
}

export function storedDocumentToMessage(document: StoredDocument): StoredDocumentMessage {
  return {
    document: documentToMessage(document),
    sequence: document.sequence,
    passage_count: document.passageCount,
  };
}

export function exportedToMessage({ documents, lastSequence }: ExportedBatch): ExportResponse {
  return {
    documents: documents.map(({ passages = [], ...stored }) => ({
      stored: storedDocumentToMessage(stored),
      passages: passages.map(({ span, vectors }) => ({ span, vectors: vectorsToMessage(vectors) })),
    })),
    last_sequence: lastSequence,
  };
}

function fieldsFromMessage(messages: readonly Field__Output[], place: string): Fields {
  if (messages.length > limits.fieldCountMax) {
    throw invalidField(
      place,
      `${place} has ${messages.length} entries, the limit is ${limits.fieldCountMax}`,
    );
  }
  const fields = new Map<string, FieldValue>();
  for (const [index, message] of messages.entries()) {
    const path = `${place}[${index}]`;
    const bytesMax = limits.fieldNameBytesMax;
    const name = shortName(message.name, { field: `${path}.name`, bytesMax });
    if (fields.has(name)) throw invalidField(`${path}.name`, `field ${quote(name)} occurs twice`);
    fields.set(name, fieldValue(message, path));
  }
  return fields;
}

function fieldValue(message: Field__Output, path: string): FieldValue {
  const value = fieldValueFromMessage(message);
  if (value === undefined)
    throw invalidField(path, `${path} has no value; set one or leave it out`);
  checkLength(value, path);
  switch (value.kind) {
    case "keyword":
      checkKeyword(value.value, `${path}.keyword`);
      break;
    case "keywords":
      for (const [i, word] of value.value.entries())
        checkKeyword(word, `${path}.keywords.values[${i}]`);
      break;
    case "float":
      checkFinite(value.value, `${path}.float`);
      break;
    case "floats":
      for (const [i, number] of value.value.entries())
        checkFinite(number, `${path}.floats.values[${i}]`);
      break;
    case "time":
      checkTime(value.value, `${path}.time_ms`);
      break;
    case "times":
      for (const [i, time] of value.value.entries())
        checkTime(time, `${path}.times.values_ms[${i}]`);
      break;
    case "integer":
    case "integers":
    case "boolean":
      break;
  }
  return value;
}

function checkLength({ kind, value }: FieldValue, path: string): void {
  if (!Array.isArray(value) || value.length <= limits.fieldListMax) return;
  const place = `${path}.${kind}`;
  throw invalidField(
    place,
    `${place} has ${value.length} values, the limit is ${limits.fieldListMax}`,
  );
}

function checkFinite(value: number, field: string): void {
  if (Number.isFinite(value)) return;
  throw invalidField(field, `${field} is ${value}; send a finite number`);
}

/** The range of ECMAScript's time values: 100 million days each way. */
function checkTime(value: number, field: string): void {
  if (Math.abs(value) <= 8.64e15) return;
  throw invalidField(field, `${field} is beyond +-8.64e15 milliseconds`);
}

function checkKeyword(word: string, field: string): void {
  const byteCount = Buffer.byteLength(word);
  if (byteCount <= limits.keywordBytesMax) return;
  throw invalidField(
    field,
    `${field} has ${byteCount} bytes, the limit is ${limits.keywordBytesMax}`,
  );
}
