// Converts an object of JSON, or a row of a columnar file, to a document.

import type { Document, Fields, FieldValue, ListValue } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { parseCell, parseList } from "./cell.js";
import type { CellOptions } from "./cell.js";
import { expectObject, toFields, toKey, toText, toVectors } from "./document-json.js";
import {
  checkUnique,
  fieldNameOf,
  joinTexts,
  renamesFields,
  resolveRoles,
  toCellOptions,
} from "./mapping.js";
import type { FieldKind } from "./cell.js";
import type { Mapping } from "./mapping.js";

/** Where an object stands, for a key by line. */
export interface InputPlace {
  /** Name of the file within its folder. */
  readonly name: string;
  readonly line: number;
}

/**
 * Key, title and text by the mapping, `vectors` as in document-json.ts; the entries of the objects
 * `fields` or `metadata`, and all properties without another place, become fields. Vectors in
 * `passages`, as an export has them, are skipped. An operation of a Vespa feed, `{"put": id,
 * "fields": {...}}`, has its id as key. Throws INVALID_INPUT_FILE naming the property that is
 * missing, ambiguous or of a wrong type.
 */
export function mapObject(value: unknown, mapping: Mapping, place: InputPlace): Document {
  const object = expectObject(value, "the line");
  if (isVespaPut(object)) {
    const record = { ...expectObject(object["fields"], '"fields"'), put: object["put"] };
    return mapRecord(record, { ...mapping, key: mapping.key ?? "put" }, place);
  }
  if (isVespaChange(object)) {
    throw new SluiceError("INVALID_INPUT_FILE", 'is an operation of a Vespa feed other than "put"');
  }
  return mapRecord(object, mapping, place);
}

function isVespaPut({ put, fields }: Readonly<Record<string, unknown>>): boolean {
  return typeof put === "string" && typeof fields === "object";
}

function isVespaChange(object: Readonly<Record<string, unknown>>): boolean {
  const { update, remove, fields } = object;
  const isUpdate = typeof update === "string" && typeof fields === "object";
  return isUpdate || (typeof remove === "string" && Object.keys(object).length <= 2);
}

function mapRecord(
  record: Readonly<Record<string, unknown>>,
  mapping: Mapping,
  { name, line }: InputPlace,
): Document {
  const has = (property: string): boolean =>
    record[property] !== undefined && Object.hasOwn(record, property);
  const hasVectors = has("vectors") && record["vectors"] !== null;
  const roles = resolveRoles(has, mapping, { mayLackText: hasVectors });
  const nested = nestedFieldsName(record);
  const ofPassages = hasPassageVectors(record) ? "passages" : undefined;
  const isField = (property: string): boolean =>
    property !== roles.key &&
    property !== roles.title &&
    property !== nested &&
    property !== ofPassages &&
    property !== "vectors" &&
    !roles.texts.includes(property);
  const document = {
    key: roles.key === undefined ? `${name}:${line}` : toKey(record[roles.key]),
    title: roles.title === undefined ? "" : toText(record[roles.title], roles.title),
    text: joinTexts(roles.texts.map((text) => toText(record[text], text))),
    fields: mergeFields(
      nested === undefined ? {} : expectObject(record[nested], `"${nested}"`),
      record,
      { isField, mapping },
    ),
  };
  return hasVectors ? { ...document, vectors: toVectors(record["vectors"]) } : document;
}

/** Vectors of several passages, as an export has them: an import encodes such a text again. */
function hasPassageVectors({ passages }: Readonly<Record<string, unknown>>): boolean {
  const isPassage = (one: unknown): boolean =>
    typeof one === "object" && one !== null && "vectors" in one && "start" in one && "end" in one;
  return Array.isArray(passages) && passages.length > 0 && passages.every(isPassage);
}

/** `fields`, or `metadata` when it is an object. Throws when a record has both. */
function nestedFieldsName(record: Readonly<Record<string, unknown>>): string | undefined {
  const { fields, metadata } = record;
  const hasFields = fields !== undefined && fields !== null;
  const hasMetadata = typeof metadata === "object" && metadata !== null && !Array.isArray(metadata);
  if (hasFields && hasMetadata) {
    throw new SluiceError("INVALID_INPUT_FILE", 'has both "fields" and "metadata"; keep one');
  }
  return hasFields ? "fields" : hasMetadata ? "metadata" : undefined;
}

/** The fields of the object of fields, and those of the record's own properties. */
function mergeFields(
  nested: Readonly<Record<string, unknown>>,
  record: Readonly<Record<string, unknown>>,
  { isField, mapping }: { isField: (property: string) => boolean; mapping: Mapping },
): Fields {
  const properties = Object.keys(record).filter(isField);
  if (properties.length === 0) return mapFields(nested, mapping);
  const own = properties.map((property) => [property, record[property]] as const);
  const entries = Object.entries(nested);
  // The names of one object are unique.
  const values = entries.length === 0 ? Object.fromEntries(own) : fromUnique([...entries, ...own]);
  return mapFields(values, mapping);
}

/** Fields of their values by name, as the mapping has them. Throws naming the field at fault. */
export function mapFields(values: Readonly<Record<string, unknown>>, mapping: Mapping): Fields {
  const { kinds } = mapping;
  const renamed = renamesFields(mapping)
    ? fromUnique(
        Object.entries(values).flatMap(([property, value]) => {
          const field = fieldNameOf(property, mapping);
          return field === undefined ? [] : [[field, value] as const];
        }),
      )
    : values;
  const fields = toFields(renamed, mapping);
  return kinds === undefined ? fields : withKinds(fields, kinds, mapping);
}

function fromUnique(
  entries: readonly (readonly [string, unknown])[],
): Readonly<Record<string, unknown>> {
  checkUnique(
    entries.map(([field]) => field),
    "values for the field",
  );
  return Object.fromEntries(entries);
}

/** Converts texts and numbers to the declared kinds; throws where that would change a value. */
function withKinds(
  fields: Fields,
  kinds: ReadonlyMap<string, FieldKind>,
  mapping: Mapping,
): Fields {
  const options = toCellOptions(mapping);
  const declared = new Map(fields);
  for (const [name, kind] of kinds) {
    const value = fields.get(name);
    if (value === undefined || value.kind === kind) continue;
    const converted = convert(value, kind, options);
    if (converted === undefined) {
      const fault = `field "${name}" is not of the kind ${kind}`;
      throw new SluiceError("INVALID_INPUT_FILE", fault);
    }
    declared.set(name, converted);
  }
  return declared;
}

function convert(value: FieldValue, kind: FieldKind, options: CellOptions): FieldValue | undefined {
  switch (value.kind) {
    case "time":
    case "times":
      return undefined;
    case "keywords":
    case "integers":
    case "floats":
      return isListKind(kind) ? parseList(value.value.map(String), kind, options) : undefined;
    case "keyword":
    case "integer":
    case "float":
    case "boolean":
      return parseCell(String(value.value), kind, options);
  }
}

function isListKind(kind: FieldKind): kind is ListValue["kind"] {
  return kind === "keywords" || kind === "integers" || kind === "floats" || kind === "times";
}
