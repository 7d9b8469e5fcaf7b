// Typed fields of a document as JSON values.

import type { Fields, FieldValue } from "./document.js";

/** How values look that JSON has no form of its own for. */
interface ValueForms {
  /** Beyond 2^53, where readers of JSON would round it. */
  largeInteger(value: bigint): unknown;
  /** Without a fraction, which JSON writes as an integer. */
  wholeFloat(value: number): unknown;
  /** ISO 8601. */
  time(value: string): unknown;
}

/** Integers beyond 2^53 and times are texts. */
export function fieldsToJson(fields: Fields): object {
  return toObject(fields, plainForms);
}

/** Values whose type plain JSON would lose have it beside them: `{"time": "..."}`. */
export function typedFieldsToJson(fields: Fields): object {
  return toObject(fields, typedForms);
}

const plainForms: ValueForms = {
  largeInteger: String,
  wholeFloat: (value) => value,
  time: (value) => value,
};

const typedForms: ValueForms = {
  largeInteger: (value) => ({ integer: String(value) }),
  wholeFloat: (value) => ({ float: value }),
  time: (value) => ({ time: value }),
};

function toObject(fields: Fields, forms: ValueForms): object {
  return Object.fromEntries(Array.from(fields, ([name, value]) => [name, toJson(value, forms)]));
}

function toJson(field: FieldValue, forms: ValueForms): unknown {
  const ofInteger = (value: bigint): unknown =>
    Number.isSafeInteger(Number(value)) ? Number(value) : forms.largeInteger(value);
  const ofFloat = (value: number): unknown =>
    Number.isInteger(value) ? forms.wholeFloat(value) : value;
  const ofTime = (value: number): unknown => forms.time(new Date(value).toISOString());
  switch (field.kind) {
    case "integer":
      return ofInteger(field.value);
    case "integers":
      return field.value.map(ofInteger);
    case "float":
      return ofFloat(field.value);
    case "floats":
      return field.value.map(ofFloat);
    case "time":
      return ofTime(field.value);
    case "times":
      return field.value.map(ofTime);
    case "keyword":
    case "keywords":
    case "boolean":
      return field.value;
  }
}
