// Typed fields of a document as plain JSON values.

import type { Fields, FieldValue } from "./document.js";

/** Integers beyond 2^53 become text, since JSON readers would round them; times ISO 8601. */
export function fieldsToJson(fields: Fields): object {
  return Object.fromEntries(Array.from(fields, ([name, value]) => [name, valueToJson(value)]));
}

function valueToJson(field: FieldValue): unknown {
  switch (field.kind) {
    case "integer":
      return integerToJson(field.value);
    case "integers":
      return field.value.map(integerToJson);
    case "time":
      return timeToJson(field.value);
    case "times":
      return field.value.map(timeToJson);
    case "keyword":
    case "keywords":
    case "float":
    case "floats":
    case "boolean":
      return field.value;
  }
}

function integerToJson(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function timeToJson(value: number): string {
  return new Date(value).toISOString();
}
