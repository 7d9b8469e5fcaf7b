// A document's fields to FlatBuffers tables and back.

import type { Builder } from "flatbuffers";

import { assert } from "../core/assert.js";
import type { Fields, FieldValue } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import type { Document as DiskDocument } from "../gen/fbs/document.js";
import { Field } from "../gen/fbs/field.js";

/** Places of the values on disk: never reorder. */
const kinds: readonly FieldValue["kind"][] = [
  "keyword",
  "keywords",
  "integer",
  "float",
  "boolean",
  "time",
  "integers",
  "floats",
  "times",
];

/** Offsets of the written fields, in the order of the map. */
export function writeFields(builder: Builder, fields: Fields): number[] {
  return [...fields].map(([name, field]) => writeField(builder, name, field));
}

export function readFields(disk: DiskDocument, what: string): Fields {
  const fields = new Map<string, FieldValue>();
  for (let i = 0; i < disk.fieldsLength(); i += 1) {
    const field = disk.fields(i);
    const name = field?.name() ?? null;
    if (field === null || name === null)
      throw new SluiceError("DATA_CORRUPT", `${what} is damaged: field ${i} has no name`);
    fields.set(name, readField(field, what));
  }
  return fields;
}

function writeField(builder: Builder, name: string, field: FieldValue): number {
  const nameAt = builder.createString(name);
  const textAt = field.kind === "keyword" ? builder.createString(field.value) : 0;
  const textsAt =
    field.kind === "keywords"
      ? Field.createTextsVector(
          builder,
          field.value.map((text) => builder.createString(text)),
        )
      : 0;
  const integersAt =
    field.kind === "integers" ? Field.createIntegersVector(builder, [...field.value]) : 0;
  const numbersAt =
    field.kind === "floats" || field.kind === "times"
      ? Field.createNumbersVector(builder, [...field.value])
      : 0;
  Field.startField(builder);
  Field.addName(builder, nameAt);
  const kind = kinds.indexOf(field.kind);
  assert(kind >= 0, "every kind of field has a place on disk");
  Field.addKind(builder, kind);
  if (field.kind === "keyword") Field.addText(builder, textAt);
  if (field.kind === "keywords") Field.addTexts(builder, textsAt);
  if (integersAt !== 0) Field.addIntegers(builder, integersAt);
  if (numbersAt !== 0) Field.addNumbers(builder, numbersAt);
  if (field.kind === "integer") Field.addInteger(builder, field.value);
  // Written even when it equals the default, which is +0: -0 would be read back as +0.
  builder.forceDefaults(true);
  if (field.kind === "float" || field.kind === "time") Field.addNumber(builder, field.value);
  if (field.kind === "boolean") Field.addNumber(builder, field.value ? 1 : 0);
  builder.forceDefaults(false);
  return Field.endField(builder);
}

function readField(field: Field, what: string): FieldValue {
  const kind = kinds[field.kind()];
  if (kind === undefined)
    throw new SluiceError(
      "DATA_CORRUPT",
      `${what} is damaged: unknown kind of field ${field.kind()}`,
    );
  switch (kind) {
    case "keyword":
      return { kind, value: field.text() ?? "" };
    case "keywords":
      return {
        kind,
        value: Array.from({ length: field.textsLength() }, (_, i) => field.texts(i) ?? ""),
      };
    case "integer":
      return { kind, value: field.integer() };
    case "integers":
      return {
        kind,
        value: Array.from({ length: field.integersLength() }, (_, i) => field.integers(i) ?? 0n),
      };
    case "floats":
    case "times":
      return {
        kind,
        value: Array.from({ length: field.numbersLength() }, (_, i) => field.numbers(i) ?? 0),
      };
    case "float":
    case "time":
      return { kind, value: field.number() };
    case "boolean":
      return { kind, value: field.number() !== 0 };
  }
}
