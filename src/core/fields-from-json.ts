// JSON values as typed fields of a document, for files and for the values of filters.

import type { Fields, FieldValue, SingleValue } from "./document.js";
import { SluiceError } from "./errors.js";
import { parseIsoTime } from "./iso-time.js";
import type { TimeOptions } from "./iso-time.js";
import { limits } from "./limits.js";
import { fits64Bits } from "./number-values.js";

/**
 * Fields of a JSON object as `parseJson` reads it: each property by `singleFromJson`, a list of
 * values of one kind as a list (integers and floats together become floats), the properties of an
 * object as `name.property`. null is no value. Throws INVALID_FIELD naming the field: also for a
 * list of booleans or of several kinds, and for a name that two ways lead to.
 */
export function fieldsFromJson(
  object: Readonly<Record<string, unknown>>,
  options: TimeOptions = {},
): Fields {
  const fields = new Map<string, FieldValue>();
  addFields(fields, { object, prefix: "" }, options);
  return fields;
}

function addFields(
  fields: Map<string, FieldValue>,
  { object, prefix }: { readonly object: object; readonly prefix: string },
  options: TimeOptions,
): void {
  for (const [property, value] of Object.entries(object)) {
    const name = `${prefix}${property}`;
    if (value === null || value === undefined) continue;
    checkName(name, property);
    if (isObject(value) && typedEntry(value) === undefined) {
      addFields(fields, { object: value, prefix: `${name}.` }, options);
      continue;
    }
    if (fields.has(name)) throw invalid(name, "occurs twice: by itself and inside an object");
    const field = Array.isArray(value)
      ? listFromJson(value, name, options)
      : singleFromJson(value, name, options);
    if (field !== undefined) fields.set(name, field);
  }
}

/** Here, since names of nested objects grow by their depth. */
function checkName(name: string, property: string): void {
  if (property === "") throw invalid(name, "has a name that is empty");
  if (Buffer.byteLength(name, "utf8") > limits.fieldNameBytesMax)
    throw invalid(name, `has a name of more than ${limits.fieldNameBytesMax} bytes`);
  if (!name.isWellFormed()) throw invalid(name, "has a name that is not valid Unicode");
}

function listFromJson(
  values: readonly unknown[],
  name: string,
  options: TimeOptions,
): FieldValue | undefined {
  const found = values.flatMap((value) => singleFromJson(value, name, options) ?? []);
  const kinds = new Set(found.map(({ kind }) => kind));
  const isOnly = (...wanted: SingleValue["kind"][]): boolean =>
    [...kinds].every((kind) => wanted.includes(kind));
  if (isOnly("keyword"))
    return {
      kind: "keywords",
      value: found.flatMap((one) => (one.kind === "keyword" ? one.value : [])),
    };
  if (isOnly("integer"))
    return {
      kind: "integers",
      value: found.flatMap((one) => (one.kind === "integer" ? one.value : [])),
    };
  if (isOnly("integer", "float"))
    return { kind: "floats", value: found.map((one) => toFloat(one, name)) };
  if (isOnly("time"))
    return { kind: "times", value: found.flatMap((one) => (one.kind === "time" ? one.value : [])) };
  throw invalid(
    name,
    `is a list of ${[...kinds].join(" and ")} values; a list holds keywords, numbers or times`,
  );
}

function toFloat({ kind, value }: SingleValue, name: string): number {
  const number = Number(value);
  if (kind === "integer" && BigInt(number) !== value)
    throw invalid(name, `holds fractions and ${value}, which no float equals`);
  return number;
}

const typedKinds: ReadonlySet<string> = new Set([
  ...(["keyword", "integer", "float", "boolean", "time"] as const),
]);

/** The only property of an object such as {"time": "2024-01-31T00:00:00Z"}. */
function typedEntry(object: object): readonly [kind: string, value: Scalar] | undefined {
  const [entry, ...others] = Object.entries(object) as [string, unknown][];
  if (entry === undefined || others.length > 0) return undefined;
  const [kind, value] = entry;
  return typedKinds.has(kind) && isScalar(value) ? [kind, value] : undefined;
}

type Scalar = string | number | bigint | boolean | null;

function isScalar(value: unknown): value is Scalar {
  return typeof value !== "object" || value === null;
}

/**
 * A single value: a string is a keyword, a whole number an integer, any other number a float, true
 * and false booleans; or of a kind that is named: {"time": "2024-01-31T00:00:00Z"}, {"integer":
 * "9007199254740993"} (as string or number), {"float": 1}, {"keyword": "a"}, {"boolean": true}. A
 * whole number that JSON writes beyond 2^53 is an integer when it has neither point nor exponent,
 * otherwise a float. Undefined for null. Throws INVALID_FIELD naming `name`.
 */
export function singleFromJson(
  value: unknown,
  name: string,
  options: TimeOptions = {},
): SingleValue | undefined {
  if (value === null) return undefined;
  if (typeof value === "string") return { kind: "keyword", value: wellFormed(value, name) };
  if (typeof value === "boolean") return { kind: "boolean", value };
  if (typeof value === "bigint") return { kind: "integer", value: checked64Bits(value, name) };
  if (typeof value === "object") return typedFromJson(value, name, options);
  if (typeof value !== "number") throw invalid(name, "is no value of JSON");
  return Number.isSafeInteger(value)
    ? { kind: "integer", value: BigInt(value) }
    : { kind: "float", value };
}

function typedFromJson(
  object: object,
  name: string,
  options: TimeOptions,
): SingleValue | undefined {
  const [kind, value] = typedEntry(object) ?? [];
  if (kind === undefined)
    throw invalid(name, `is ${Array.isArray(object) ? "a list" : "an object"} inside a list`);
  if (value === null) return undefined;
  if (kind === "keyword" && typeof value === "string")
    return { kind, value: wellFormed(value, name) };
  if (kind === "boolean" && typeof value === "boolean") return { kind, value };
  if (kind === "float" && (typeof value === "number" || typeof value === "bigint"))
    return { kind, value: Number(value) };
  if (kind === "integer" && /^-?\d{1,19}$/.test(String(value)))
    return { kind, value: checked64Bits(BigInt(String(value)), name) };
  const time =
    kind === "time" && typeof value === "string" ? parseIsoTime(value, options) : undefined;
  if (time !== undefined) return { kind: "time", value: time };
  throw invalid(
    name,
    `${JSON.stringify(String(value))} is no ${kind}${kind === "time" ? timeHint : ""}`,
  );
}

const timeHint = ", such as 2024-01-31 or 2024-01-31T10:00:00Z; a time without a zone needs one";

function checked64Bits(value: bigint, name: string): bigint {
  if (fits64Bits(value)) return value;
  throw invalid(name, `holds ${value}, which does not fit 64 bits`);
}

/** A lone surrogate cannot be stored as UTF-8; encoders would replace it silently. */
function wellFormed(text: string, name: string): string {
  if (text.isWellFormed()) return text;
  throw invalid(name, "is not valid Unicode");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(name: string, fault: string): SluiceError {
  return new SluiceError("INVALID_FIELD", `field "${name}" ${fault}`, { field: name });
}
