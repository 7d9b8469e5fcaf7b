// Converts values of JSON to the parts of a document, rejecting what would be lost or changed.

import type { Fields, PrecomputedVectors } from "../core/document.js";
import { isSluiceError, SluiceError } from "../core/errors.js";
import { fieldsFromJson } from "../core/fields-from-json.js";
import type { TimeOptions } from "../core/iso-time.js";
import { vectorsFromJson } from "../core/vectors-from-json.js";

/** A text property; absent and null become the empty text. */
export function toText(value: unknown, name: string): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "string") throw invalid(`"${name}" is ${kindOf(value)}, expected a string`);
  // A lone surrogate cannot be stored as UTF-8; encoders would replace it silently.
  if (!value.isWellFormed()) throw invalid(`"${name}" is not valid Unicode`);
  return value;
}

/** A key: a string, or a whole number, which becomes one. */
export function toKey(value: unknown): string {
  if (typeof value === "bigint" || Number.isSafeInteger(value)) return String(value);
  const key = toText(value, "key");
  if (key === "") throw invalid('the key is missing: expected "key", "_id" or "id"');
  return key;
}

/** Fields as `fieldsFromJson` has them; absent and null become none. Throws as it does. */
export function toFields(value: unknown, options: TimeOptions): Fields {
  if (value === undefined || value === null) return new Map();
  return fieldsFromJson(expectObject(value, '"fields"'), options);
}

/** As `vectorsFromJson` reads them. */
export function toVectors(value: unknown): PrecomputedVectors {
  try {
    return vectorsFromJson(value, "vectors");
  } catch (error) {
    throw isSluiceError(error) ? invalid(error.message) : error;
  }
}

export function expectObject(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw invalid(`${what} is ${kindOf(value)}, expected an object`);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A fault without its location, which the reader of the line adds. */
function invalid(fault: string): SluiceError {
  return new SluiceError("INVALID_INPUT_FILE", fault);
}
