// The client's plain values as JSON: maps become objects, big integers numbers or strings.

import type { FieldValue } from "../core/document.js";
import type { ClientSearchUpdate } from "../client/types.js";

/** One update as `search --json` prints it; times in microseconds, as on the wire. */
export function updateToJson(update: ClientSearchUpdate): object {
  const hits = update.hits.map(({ payload, ...hit }) =>
    payload === undefined ? hit : { ...hit, ...payload, fields: fieldsToJson(payload.fields) },
  );
  return { ...update, hits };
}

function fieldsToJson(fields: ReadonlyMap<string, FieldValue>): object {
  return Object.fromEntries(Array.from(fields, ([name, value]) => [name, valueToJson(value)]));
}

function valueToJson(field: FieldValue): unknown {
  switch (field.kind) {
    case "integer":
      // Beyond 2^53 most JSON readers would lose digits.
      return Number.isSafeInteger(Number(field.value)) ? Number(field.value) : String(field.value);
    case "time":
      return new Date(field.value).toISOString();
    case "keyword":
    case "keywords":
    case "float":
    case "boolean":
      return field.value;
  }
}
