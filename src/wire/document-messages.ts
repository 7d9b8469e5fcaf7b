// Converts documents and their fields to and from messages, for client and server, without
// validation.

import { assert, assertNever } from "../core/assert.js";
import type { Document, FieldUpdate, FieldValue, Fields } from "../core/document.js";
import type { Document as DocumentMessage } from "../gen/proto/sluice/v1/Document.js";
import type { Field, Field__Output } from "../gen/proto/sluice/v1/Field.js";
import type { FieldUpdate as FieldUpdateMessage } from "../gen/proto/sluice/v1/FieldUpdate.js";
import { vectorsToMessage } from "./vector-messages.js";

export function documentToMessage(document: Document): DocumentMessage {
  return {
    key: document.key,
    title: document.title,
    text: document.text,
    fields: fieldsToMessages(document.fields),
    ...(document.vectors === undefined ? {} : { vectors: vectorsToMessage(document.vectors) }),
  };
}

export function updateToMessage({ key, set, remove, ifSequence }: FieldUpdate): FieldUpdateMessage {
  return {
    key,
    set: fieldsToMessages(set),
    remove: [...remove],
    ...(ifSequence === undefined ? {} : { if_sequence: ifSequence }),
  };
}

export function fieldsToMessages(fields: Fields): Field[] {
  return Array.from(fields, ([name, value]) => fieldToMessage(name, value));
}

/** Fields as received; the sender has validated them. */
export function fieldsFromMessages(messages: readonly Field__Output[]): Map<string, FieldValue> {
  return new Map(messages.map((message) => [message.name, sentFieldValue(message)]));
}

function sentFieldValue(message: Field__Output): FieldValue {
  const value = fieldValueFromMessage(message);
  assert(value !== undefined, "the server sends fields with values");
  return value;
}

/** The value of a field. Returns undefined when none is set. */
export function fieldValueFromMessage(message: Field__Output): FieldValue | undefined {
  switch (message.value) {
    case "keyword":
      return { kind: "keyword", value: message.keyword ?? "" };
    case "keywords":
      return { kind: "keywords", value: message.keywords?.values ?? [] };
    case "integer":
      return { kind: "integer", value: BigInt(message.integer ?? "0") };
    case "float":
      return { kind: "float", value: message.float ?? 0 };
    case "boolean":
      return { kind: "boolean", value: message.boolean ?? false };
    case "time_ms":
      return { kind: "time", value: Number(message.time_ms ?? "0") };
    case "integers":
      return { kind: "integers", value: (message.integers?.values ?? []).map(BigInt) };
    case "floats":
      return { kind: "floats", value: message.floats?.values ?? [] };
    case "times":
      return { kind: "times", value: (message.times?.values_ms ?? []).map(Number) };
    case undefined:
    default:
      return undefined;
  }
}

/** `name` is empty for a value of a filter. */
export function fieldToMessage(name: string, field: FieldValue): Field {
  switch (field.kind) {
    case "keyword":
      return { name, keyword: field.value };
    case "keywords":
      return { name, keywords: { values: [...field.value] } };
    case "integer":
      return { name, integer: field.value.toString() };
    case "float":
      return { name, float: field.value };
    case "boolean":
      return { name, boolean: field.value };
    case "time":
      return { name, time_ms: field.value };
    case "integers":
      return { name, integers: { values: field.value.map(String) } };
    case "floats":
      return { name, floats: { values: [...field.value] } };
    case "times":
      return { name, times: { values_ms: [...field.value] } };
    default:
      return assertNever(field);
  }
}
