// Values from and to JSON, by the tables of src/contract/: the names of the proto, enum values in
// lower case.

import { z } from "zod";
import { toAnyTable, wireName } from "../contract/fields.js";
import type { AnyField, AnyTable, FieldTable, NumberField } from "../contract/fields.js";
import { fieldsToJson } from "../core/fields-json.js";
import type { Fields } from "../core/document.js";
import { publicMessage } from "../core/public-message.js";
import { filterFromJson } from "./filter-json.js";

/** Schemas of the fields by their JSON names. The caller adds those of queries and vectors. */
export function shapeOf(table: AnyTable): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(table).map(([property, field]) => {
      const schema = schemaOf(field);
      return [wireName(property, field), field.presence === undefined ? schema : schema.optional()];
    }),
  );
}

function schemaOf(field: AnyField): z.ZodType {
  switch (field.type) {
    case "boolean":
      return z.boolean();
    case "integer":
      return z.int().min(field.min).max(field.max);
    case "number":
      return numberSchema(field);
    case "text":
      return Number.isFinite(field.bytesMax) ? z.string().max(field.bytesMax) : z.string();
    case "collection":
    case "key":
      return z.string();
    case "word":
      return z.enum(field.words);
    case "list":
      return z.array(schemaOf(field.of)).max(field.countMax);
    case "message":
      return z.strictObject(shapeOf(field.fields));
    case "filter":
      // Read by `filterFromJson`.
      return z.unknown();
    case "vectors":
    case "documentFields":
      return z.never();
  }
}

function numberSchema({ min, above, max }: NumberField): z.ZodType {
  let schema = z.number();
  if (min !== undefined) schema = schema.min(min);
  if (above !== undefined) schema = schema.gt(above);
  if (max !== undefined) schema = schema.max(max);
  return schema;
}

/** Converts data that is valid against the table's schema. */
export function fromJson<T extends object>(table: FieldTable<T>, data: object): Partial<T> {
  // The properties have the types of T, as the type `FieldTable` guarantees.
  return readObject(toAnyTable(table), data);
}

function readObject(table: AnyTable, data: object): object {
  const properties = data as Readonly<Record<string, unknown>>;
  const value: Record<string, unknown> = {};
  for (const [property, field] of Object.entries(table)) {
    const sent = properties[wireName(property, field)];
    if (sent !== undefined) value[property] = read(field, sent);
  }
  return value;
}

function read(field: AnyField, sent: unknown): unknown {
  if (field.type === "filter") return filterFromJson(sent);
  if (field.type === "message") return readObject(field.fields, sent as object);
  if (field.type === "list")
    return (sent as readonly unknown[]).map((item) => read(field.of, item));
  return sent;
}

/** Omits undefined values. */
export function toJson<T extends object>(table: FieldTable<NoInfer<T>>, value: T): object {
  return writeObject(toAnyTable(table), value);
}

function writeObject(table: AnyTable, value: object): object {
  const properties = value as Readonly<Record<string, unknown>>;
  const data: Record<string, unknown> = {};
  for (const [property, field] of Object.entries(table)) {
    const given = properties[property];
    if (given !== undefined) data[wireName(property, field)] = written(field, given);
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
