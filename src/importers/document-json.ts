// Converts values of JSON to the parts of a document, rejecting what would be lost or changed.

import type { Fields, PrecomputedVectors, VectorType } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { fieldsFromJson } from "../core/fields-from-json.js";
import type { TimeOptions } from "../core/iso-time.js";

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

/** Nested arrays of numbers, or `{type, dim, base64, model_fingerprint?}`. */
export function toVectors(value: unknown): PrecomputedVectors {
  return Array.isArray(value) ? rowsToVectors(value) : bytesToVectors(value);
}

function rowsToVectors(rows: readonly unknown[]): PrecomputedVectors {
  const dim = Array.isArray(rows[0]) ? rows[0].length : 0;
  if (dim === 0) throw invalid('"vectors" has no rows of numbers');
  const values = new Float32Array(rows.length * dim);
  for (const [i, row] of rows.entries()) {
    if (!Array.isArray(row) || row.length !== dim) {
      throw invalid(`row ${i} of "vectors" has a length other than row 0, which has ${dim}`);
    }
    for (const [j, number] of row.entries()) {
      if (typeof number !== "number" || !Number.isFinite(Math.fround(number))) {
        throw invalid(`row ${i} of "vectors" contains a value that is not a finite number`);
      }
      values[i * dim + j] = number;
    }
  }
  return { type: "float32", dim, bytes: new Uint8Array(values.buffer) };
}

const bytesOfType: Readonly<Record<VectorType, number>> = { float32: 4, float16: 2, int8: 1 };

function bytesToVectors(value: unknown): PrecomputedVectors {
  const object = expectObject(value, '"vectors"');
  const { type, dim, base64, model_fingerprint: modelFingerprint } = object;
  if (type !== "float32" && type !== "float16" && type !== "int8") {
    throw invalid('"vectors.type" is none of float32, float16, int8');
  }
  if (typeof dim !== "number" || !Number.isInteger(dim) || dim < 1) {
    throw invalid('"vectors.dim" is not a positive whole number');
  }
  if (typeof base64 !== "string" || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw invalid('"vectors.base64" is not base64');
  }
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  if (base64.length % 4 !== 0 || bytes.length % (dim * bytesOfType[type]) !== 0) {
    throw invalid(`"vectors.base64" does not hold whole rows of ${dim} ${type} numbers`);
  }
  if (modelFingerprint === undefined || modelFingerprint === null) return { type, dim, bytes };
  return {
    type,
    dim,
    bytes,
    modelFingerprint: toText(modelFingerprint, "vectors.model_fingerprint"),
  };
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
