// Values from JSON, by the tables of src/contract/, and their schemas; to-json.ts there is the other way.

import { z } from "zod";
import { toAnyTable, wireName } from "../contract/fields.js";
import type { AnyField, AnyTable, FieldTable, NumberField } from "../contract/fields.js";
import { invalidField } from "../contract/validate.js";
import { fieldsFromJson } from "../core/fields-from-json.js";
import { vectorValueBytes } from "../core/document.js";
import type { Fields, PrecomputedVectors } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { vectorsFromJson } from "../core/vectors-from-json.js";
import { filterFromJson } from "./filter-json.js";

/** Names of the schemas that the tables do not describe further, for documents about them. */
export const specialSchemas = {
  vectors: z.unknown(),
  filter: z.unknown(),
  documentFields: z.unknown(),
} as const;

/** A schema of an object with the fields of a table. */
export function objectOf(table: object): z.ZodType<object> {
  return z.strictObject(shapeOf(toAnyTable(table)));
}

/** Schemas of the fields by their JSON names, those within an object as that object. */
export function shapeOf(table: AnyTable): Record<string, z.ZodType> {
  const shape: Record<string, z.ZodType> = {};
  const inner: Record<string, Record<string, z.ZodType>> = {};
  for (const [property, field] of Object.entries(table)) {
    const schema = schemaOf(field);
    const named = field.presence === undefined ? schema : schema.optional();
    const { within } = field;
    if (within === undefined) shape[wireName(property, field)] = named;
    else (inner[within] ??= {})[wireName(property, field)] = named;
  }
  for (const [name, fields] of Object.entries(inner)) shape[name] = z.strictObject(fields);
  return shape;
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
    case "vectors":
    case "documentFields":
      // What they hold is read by functions of their own.
      return specialSchemas[field.type];
  }
}

function numberSchema({ min, above, max }: NumberField): z.ZodType {
  let schema = z.number();
  if (min !== undefined) schema = schema.min(min);
  if (above !== undefined) schema = schema.gt(above);
  if (max !== undefined) schema = schema.max(max);
  return schema;
}

/**
 * Converts data that is valid against the table's schema. Throws for filters, vectors and fields of
 * documents that are wrong. `path`: of what the data is a part of, with a point at its end.
 */
export function fromJson<T extends object>(
  table: FieldTable<T>,
  data: object,
  path = "",
): Partial<T> {
  // The properties have the types of T, as the type `FieldTable` guarantees.
  return readObject(toAnyTable(table), data, path);
}

function readObject(table: AnyTable, data: object, path: string): object {
  const properties = data as Readonly<Record<string, unknown>>;
  const value: Record<string, unknown> = {};
  for (const [property, field] of Object.entries(table)) {
    const name = wireName(property, field);
    const sent = properties[name];
    if (sent !== undefined) value[property] = read(field, sent, `${path}${name}`);
  }
  return value;
}

function read(field: AnyField, sent: unknown, path: string): unknown {
  switch (field.type) {
    case "filter":
      return filterFromJson(sent);
    case "message":
      return readObject(field.fields, sent as object, `${path}.`);
    case "list":
      return (sent as readonly unknown[]).map((item, i) => read(field.of, item, `${path}[${i}]`));
    case "vectors":
      return readVectors(sent, { path, rowCountMax: field.rowCountMax });
    case "documentFields":
      return readFields(sent, path);
    case "text":
      return readText(sent as string, path);
    case "boolean":
    case "integer":
    case "number":
    case "collection":
    case "key":
    case "word":
      return sent;
  }
}

function readFields(sent: unknown, path: string): Fields {
  if (typeof sent === "object" && sent !== null && !Array.isArray(sent))
    return fieldsFromJson(sent as Readonly<Record<string, unknown>>);
  throw invalidField(path, `${path} is no object of names and values`);
}

/** A lone surrogate cannot be sent on as UTF-8. */
function readText(text: string, path: string): string {
  if (text.isWellFormed()) return text;
  throw new SluiceError("INVALID_TEXT", `${path} is not valid Unicode`, { field: path });
}

/** Throws INVALID_VECTORS. */
export function readVectors(
  sent: unknown,
  { path, rowCountMax }: { readonly path: string; readonly rowCountMax: number },
): PrecomputedVectors {
  const vectors = vectorsFromJson(sent, path);
  const { dim, bytes, type } = vectors;
  if (dim < limits.dimMin || dim % 16 !== 0)
    throw invalidField(`${path}.dim`, `${path}.dim is ${dim}, it must be a multiple of 16`);
  const rowCount = bytes.length / (dim * vectorValueBytes[type]);
  if (rowCount <= rowCountMax) return vectors;
  const message = `${path} has ${rowCount} rows, the limit is ${rowCountMax}; send fewer`;
  throw new SluiceError("INVALID_VECTORS", message, { field: path });
}
