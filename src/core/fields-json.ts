// Typed fields of a document as plain JSON values.

import type { Fields, FieldValue } from "./document.js";

/** Integers beyond 2^53 become text, since JSON readers would round them; times ISO 8601. */
export function fieldsToJson(fields: Fields): object {
  return Object.fromEntries(Array.from(fields, ([name, value]) => [name, valueToJson(value)]));
}

function valueToJson(field: FieldValue): unknown {
  switch (field.kind) {
    case "integer": {
      const number = Number(field.value);
      return Number.isSafeInteger(number) ? number : field.value.toString();
    }
    case "time":
      return new Date(field.value).toISOString();
    case "keyword":
    case "keywords":
    case "float":
    case "boolean":
      return field.value;
  }
}
