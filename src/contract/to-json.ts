// Values to JSON by their tables, for HTTP and the command line: the names of the proto, enum values in
// lower case without their prefix, 64-bit integers as numbers.

import type { Fields } from "../core/document.js";
import { fieldsToJson } from "../core/fields-json.js";
import { publicMessage } from "../core/public-message.js";
import { toAnyTable, wireName } from "./fields.js";
import type { AnyField, AnyTable, FieldTable } from "./fields.js";

/** Omits undefined values. */
export function toJson<T extends object>(table: FieldTable<NoInfer<T>>, value: T): object {
  return writeObject(toAnyTable(table), value);
}

function writeObject(table: AnyTable, value: object): object {
  const properties = value as Readonly<Record<string, unknown>>;
  const data: Record<string, unknown> = {};
  for (const [property, field] of Object.entries(table)) {
    const given = properties[property];
    if (given === undefined) continue;
    const { within } = field;
    const target = within === undefined ? data : ((data[within] ??= {}) as Record<string, unknown>);
    target[wireName(property, field)] = written(field, given);
  }
  return data;
}

function written(field: AnyField, value: unknown): unknown {
  switch (field.type) {
    case "integer":
      return Math.round(value as number);
    case "text":
      return field.hidesFolders === true ? publicMessage(value as string) : value;
    case "list":
      return (value as readonly unknown[]).map((item) => written(field.of, item));
    case "message":
      return writeObject(field.fields, value as object);
    case "documentFields":
      return fieldsToJson(value as Fields);
    case "boolean":
    case "number":
    case "word":
    case "key":
    case "collection":
    case "vectors":
    case "filter":
      return value;
  }
}
