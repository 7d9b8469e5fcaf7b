// Checks of single request values. Each throws a SluiceError that names the field, the value, the
// limit and the remedy.

import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";

const collectionNamePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export function collectionName(name: string, field: string): string {
  if (collectionNamePattern.test(name)) return name;
  const fault = name === "" ? "is missing" : `is no name: ${quote(name)}`;
  throw invalidField(
    field,
    `${field} ${fault}; a name is 1 to 63 of a-z, 0-9, _ and -, and begins with a letter or digit`,
  );
}

/** A document key: stored and compared as it is, so nothing lossy may have happened to it. */
export function documentKey(key: string, field: string): string {
  const fault = keyFault(key);
  if (fault === undefined) return key;
  throw new SluiceError("INVALID_KEY", `${field} ${fault}`, { field });
}

function keyFault(key: string): string | undefined {
  if (key === "") return "is empty; send 1 to 512 bytes";
  const byteCount = Buffer.byteLength(key);
  if (byteCount > limits.keyBytesMax) {
    return `has ${byteCount} bytes, the limit is ${limits.keyBytesMax}; shorten it`;
  }
  if (key.includes("\ufffd")) {
    return "contains U+FFFD, which stands for bytes that a conversion lost; send the original";
  }
  return undefined;
}

export function textWithin(text: string, at: { field: string; bytesMax: number }): string {
  // A code unit is at most three bytes of UTF-8: most texts need no count.
  if (text.length * 3 <= at.bytesMax) return text;
  const byteCount = Buffer.byteLength(text);
  if (byteCount <= at.bytesMax) return text;
  throw new SluiceError(
    "INVALID_TEXT",
    `${at.field} has ${byteCount} bytes, the limit is ${at.bytesMax}; shorten it`,
    { field: at.field },
  );
}

/** A name of a field or an option's value: 1 to `bytesMax` bytes, nothing lossy. */
export function shortName(name: string, at: { field: string; bytesMax: number }): string {
  const byteCount = Buffer.byteLength(name);
  if (byteCount === 0) throw invalidField(at.field, `${at.field} is empty`);
  if (byteCount > at.bytesMax) {
    throw invalidField(
      at.field,
      `${at.field} has ${byteCount} bytes, the limit is ${at.bytesMax}; shorten it`,
    );
  }
  if (name.includes("\ufffd")) {
    throw invalidField(at.field, `${at.field} contains U+FFFD; send the original characters`);
  }
  return name;
}

export interface Range {
  readonly field: string;
  readonly min: number;
  readonly max: number;
}

export function integerIn(value: number | undefined, range: Range): number | undefined {
  if (value === undefined) return undefined;
  if (Number.isInteger(value) && value >= range.min && value <= range.max) return value;
  throw outOfRange(value, range);
}

export function numberIn(value: number | undefined, range: Range): number | undefined {
  if (value === undefined) return undefined;
  // NaN fails both comparisons.
  if (value >= range.min && value <= range.max) return value;
  throw outOfRange(value, range);
}

/** Elements of a token vector. */
export function vectorDim(dim: number, field: string): number {
  if (dim >= limits.dimMin && dim <= limits.dimMax && dim % 16 === 0) return dim;
  throw invalidField(
    field,
    `${field} is ${dim}, it must be a multiple of 16 from ${limits.dimMin} to ${limits.dimMax}`,
  );
}

/** A finite number, or undefined. */
export function finiteNumber(value: number | undefined, field: string): number | undefined {
  if (value === undefined || Number.isFinite(value)) return value;
  throw invalidField(field, `${field} is ${value}; send a finite number`);
}

/** A 64-bit integer of the wire as a number; sequences never reach 2^53. */
export function sequenceNumber(value: string, field: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw invalidField(field, `${field} is ${value}, which no write has; send one from an ack`);
}

export function invalidField(field: string, message: string): SluiceError {
  return new SluiceError("INVALID_FIELD", message, { field });
}

/** A user's value in a message: shortened, control characters escaped. */
export function quote(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}...` : value);
}

function outOfRange(value: number, range: Range): SluiceError {
  const { field, min, max } = range;
  return invalidField(field, `${field} is ${value}, it must be ${min} to ${max}`);
}
