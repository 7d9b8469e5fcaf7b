// Checks of requests by their tables: the same ones for every way in.

import { SluiceError } from "../core/errors.js";
import { toAnyTable, wireName } from "./fields.js";
import type { AnyField, AnyTable, FieldTable, IntegerField, NumberField } from "./fields.js";
import { collectionName, documentKey, invalidField, textWithin } from "./validate.js";

/**
 * Throws INVALID_FIELD, INVALID_TEXT or INVALID_KEY naming the first field that is missing or out of
 * its range, as protobuf and JSON spell it, such as `rerank.depth`. Types are taken for granted;
 * filters and vectors are checked where they are read. `path`: of what the request is a part of, with
 * a point at its end.
 */
export function checkRequest<T extends object>(
  table: FieldTable<T>,
  value: Partial<T>,
  path = "",
): asserts value is T {
  checkFields(toAnyTable(table), value, path);
}

function checkFields(table: AnyTable, value: object, path: string): void {
  const properties = value as Readonly<Record<string, unknown>>;
  for (const [property, field] of Object.entries(table)) {
    const within = field.within === undefined ? "" : `${field.within}.`;
    checkField(field, properties[property], `${path}${within}${wireName(property, field)}`);
  }
}

function checkField(field: AnyField, value: unknown, path: string): void {
  if (value === undefined && field.type !== "collection") {
    if (field.presence === undefined) throw invalidField(path, `${path} is missing`);
    return;
  }
  switch (field.type) {
    case "integer":
    case "number":
      checkNumber(field, value as number, path);
      return;
    case "text":
      textWithin(value as string, { field: path, bytesMax: field.bytesMax });
      return;
    case "collection":
      collectionName((value ?? "") as string, path);
      return;
    case "key":
      documentKey(value as string, path);
      return;
    case "word":
      if (!field.words.includes(value as string))
        throw invalidField(path, `${path} is unknown to this version`);
      return;
    case "list":
      checkList(field, value as readonly unknown[], path);
      return;
    case "message":
      checkFields(field.fields, value as object, `${path}.`);
      return;
    case "boolean":
    case "vectors":
    case "filter":
    case "documentFields":
      return;
  }
}

function checkList(
  field: Extract<AnyField, { type: "list" }>,
  items: readonly unknown[],
  path: string,
): void {
  if (items.length > field.countMax)
    throw invalidField(
      path,
      `there are ${items.length} ${path}, the limit is ${field.countMax}; send fewer`,
    );
  for (const [i, item] of items.entries()) checkField(field.of, item, `${path}[${i}]`);
}

function checkNumber(field: IntegerField | NumberField, value: number, path: string): void {
  if (isInRange(field, value)) return;
  throw invalidField(path, `${path} is ${value}, it must be ${rangeText(field)}`);
}

/** Whether the value is a number that the field takes. */
export function isInRange(field: IntegerField | NumberField, value: number): boolean {
  const { min = -Infinity, max = Infinity } = field;
  if (!Number.isFinite(value) || value < min || value > max) return false;
  if (field.type === "integer") return Number.isInteger(value);
  return field.above === undefined || value > field.above;
}

/** `1 to 1000`, `above 0 and at most 1`, `a finite number`. */
export function rangeText(field: IntegerField | NumberField): string {
  if (field.type === "number" && field.above !== undefined)
    return `above ${field.above} and at most ${field.max ?? Infinity}`;
  if (field.min === undefined || field.max === undefined) return "a finite number";
  return `${field.min} to ${field.max}`;
}

/** Throws INVALID_FIELD for a query of neither words nor vectors, where no document is one. */
export function checkQuery(
  {
    text = "",
    vectors,
    like,
  }: {
    readonly text?: string | undefined;
    readonly vectors?: unknown;
    readonly like?: unknown;
  },
  path: string,
): void {
  if (text.trim() !== "" || vectors !== undefined || like !== undefined) return;
  throw new SluiceError("INVALID_FIELD", `${path}.text is empty and no vectors are given`, {
    field: `${path}.text`,
  });
}
