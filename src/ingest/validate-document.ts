// Refuses documents that cannot be stored as they are. Nothing is changed silently.

import type { Document, Fields, FieldValue } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import type { ErrorReason } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { fits64Bits } from "../core/number-values.js";

/** Throws INVALID_KEY, INVALID_TEXT, INVALID_FIELD or LIMIT_EXCEEDED naming the field. */
export function validateDocument(document: Document): void {
  const { key, title, text, fields, vectors } = document;
  validateKey(key);
  checkString(title, { reason: "INVALID_TEXT", field: "title", bytesMax: limits.titleBytesMax });
  checkString(text, { reason: "INVALID_TEXT", field: "text", bytesMax: limits.textBytesMax });
  if (vectors === undefined && `${title}${text}`.trim() === "")
    throw new SluiceError(
      "INVALID_TEXT",
      `document "${key}" has neither title, text nor vectors; send one of them`,
      { field: "text" },
    );
  validateFields(key, fields);
}

/** Throws INVALID_FIELD or LIMIT_EXCEEDED naming the field. `key`: of the document. */
export function validateFields(key: string, fields: Fields): void {
  if (fields.size > limits.fieldCountMax)
    throw new SluiceError(
      "LIMIT_EXCEEDED",
      `document "${key}" has ${fields.size} fields, the limit is ${limits.fieldCountMax}`,
      { field: "fields" },
    );
  for (const [name, value] of fields) validateField(name, value);
}

export function validateKey(key: string): void {
  if (key === "") throw new SluiceError("INVALID_KEY", "a document key is empty", { field: "key" });
  checkString(key, { reason: "INVALID_KEY", field: "key", bytesMax: limits.keyBytesMax });
  if (key.includes("\0"))
    throw new SluiceError("INVALID_KEY", "a document key holds a NUL character", { field: "key" });
}

function validateField(name: string, value: FieldValue): void {
  const field = `fields["${name}"]`;
  if (name === "")
    throw new SluiceError("INVALID_FIELD", "a field has no name", { field: "fields" });
  checkString(name, {
    reason: "INVALID_FIELD",
    field: "fields",
    bytesMax: limits.fieldNameBytesMax,
  });
  const keyword = { reason: "INVALID_FIELD", field, bytesMax: limits.keywordBytesMax } as const;
  if (Array.isArray(value.value) && value.value.length > limits.fieldListMax)
    throw new SluiceError(
      "LIMIT_EXCEEDED",
      `${field} has ${value.value.length} values, the limit is ${limits.fieldListMax}`,
      { field },
    );
  switch (value.kind) {
    case "keyword":
      checkString(value.value, keyword);
      return;
    case "keywords":
      for (const text of value.value) checkString(text, keyword);
      return;
    case "integer":
      checkInteger(value.value, field);
      return;
    case "integers":
      for (const integer of value.value) checkInteger(integer, field);
      return;
    case "float":
    case "time":
      checkFinite(value.value, field);
      return;
    case "floats":
    case "times":
      for (const number of value.value) checkFinite(number, field);
      return;
    case "boolean":
      return;
  }
}

function checkInteger(value: bigint, field: string): void {
  if (fits64Bits(value)) return;
  throw new SluiceError("INVALID_FIELD", `${field} does not fit 64 bits`, { field });
}

function checkFinite(value: number, field: string): void {
  if (Number.isFinite(value)) return;
  throw new SluiceError("INVALID_FIELD", `${field} is ${value}, not a finite number`, { field });
}

function checkString(
  value: string,
  { reason, field, bytesMax }: { reason: ErrorReason; field: string; bytesMax: number },
): void {
  const bytes = Buffer.byteLength(value, "utf8");
  if (bytes > bytesMax)
    throw new SluiceError(reason, `${field} has ${bytes} bytes, the limit is ${bytesMax}`, {
      field,
    });
  if (!value.isWellFormed())
    throw new SluiceError(reason, `${field} holds half of a surrogate pair`, { field });
}
