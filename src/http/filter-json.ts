// Filters of JSON bodies: as text, or as objects with the names of the proto.

import type { FieldValue } from "../core/document.js";
import { invalidField } from "../contract/validate.js";
import { singleFromJson } from "../core/fields-from-json.js";
import { checkFilter } from "../core/filter.js";
import type { Filter } from "../core/filter.js";
import { parseIsoTime } from "../core/iso-time.js";
import { limits } from "../core/limits.js";
import { parseFilter } from "../core/parse-filter.js";

/**
 * A string is parsed as `parseFilter` does. An object has one of: `all`, `any` (lists), `not`,
 * `any_of` ({field, values}), `range` ({field, at_least, more_than, at_most, less_than}), `exists`
 * (a name), `prefix` ({field, prefix}), `key_any_of` ({keys}), `key_prefix` (a text). Values as
 * `singleFromJson` has them; a number matches the integers and floats of its value. Throws INVALID_FIELD naming the place: `filter.all[2].range`.
 */
export function filterFromJson(value: unknown): Filter {
  if (typeof value === "string") return parseFilter(value);
  const filter = toFilter(value, "filter", 1);
  checkFilter(filter, { path: "filter", operands: "" });
  return filter;
}

function toFilter(value: unknown, path: string, depth: number): Filter {
  if (depth > limits.filterDepthMax)
    throw invalidField(path, `the filter is nested more than ${limits.filterDepthMax} deep`);
  const [kind, body] = onlyEntry(value, path);
  const place = `${path}.${kind}`;
  switch (kind) {
    case "all":
    case "any": {
      if (!Array.isArray(body)) throw invalidField(place, `${place} is no list of conditions`);
      const filters = body.map((operand, i) => toFilter(operand, `${place}[${i}]`, depth + 1));
      return { kind, filters };
    }
    case "not":
      return { kind, filter: toFilter(body, place, depth + 1) };
    case "any_of": {
      const { field, values } = objectOf(body, place, ["field", "values"]);
      if (!Array.isArray(values))
        throw invalidField(`${place}.values`, `${place}.values is no list`);
      const found = values.map((entry, i) => toValue(entry, `${place}.values[${i}]`));
      return { kind, field: nameOf(field, `${place}.field`), values: found };
    }
    case "range":
      return toRange(body, place);
    case "exists":
      return { kind, field: nameOf(body, place) };
    case "prefix": {
      const { field, prefix } = objectOf(body, place, ["field", "prefix"]);
      return {
        kind,
        field: nameOf(field, `${place}.field`),
        prefix: textOf(prefix, `${place}.prefix`),
      };
    }
    case "key_any_of": {
      const { keys } = objectOf(body, place, ["keys"]);
      if (!Array.isArray(keys)) throw invalidField(`${place}.keys`, `${place}.keys is no list`);
      return { kind, keys: keys.map((key, i) => textOf(key, `${place}.keys[${i}]`)) };
    }
    case "key_prefix":
      return { kind, prefix: textOf(body, place) };
    default:
      throw invalidField(place, `${place} is no condition; send ${conditions}`);
  }
}

const conditions = "all, any, not, any_of, range, exists, prefix, key_any_of or key_prefix";

function toRange(body: unknown, path: string): Filter {
  const names = ["field", "at_least", "more_than", "at_most", "less_than"];
  const range = objectOf(body, path, names);
  const bound = (name: string): number | undefined => {
    const value = range[name];
    if (value === undefined || typeof value === "number") return value;
    if (typeof value === "bigint" && BigInt(Number(value)) === value) return Number(value);
    const time = typeof value === "string" ? parseIsoTime(value) : undefined;
    if (time !== undefined) return time;
    throw invalidField(
      `${path}.${name}`,
      `${path}.${name} is neither a number nor an ISO 8601 time`,
    );
  };
  return {
    kind: "range",
    field: nameOf(range["field"], `${path}.field`),
    atLeast: bound("at_least"),
    moreThan: bound("more_than"),
    atMost: bound("at_most"),
    lessThan: bound("less_than"),
  };
}

function toValue(value: unknown, path: string): FieldValue {
  const found = Array.isArray(value) ? undefined : singleFromJson(value, path);
  if (found !== undefined) return found;
  throw invalidField(path, `${path} is no value: send keyword, integer, float, boolean or time`);
}

/** The only property of an object. */
function onlyEntry(value: unknown, path: string): [name: string, value: unknown] {
  const entries = isObject(value) ? Object.entries(value) : [];
  const [first] = entries;
  if (first !== undefined && entries.length === 1) return first;
  throw invalidField(path, `${path} is no object of one property`);
}

function objectOf(
  value: unknown,
  path: string,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw invalidField(path, `${path} is no object`);
  for (const name of Object.keys(value))
    if (!names.includes(name))
      throw invalidField(
        `${path}.${name}`,
        `${path}.${name} is not known to this version; leave it out`,
      );
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  throw invalidField(path, `${path} is no string`);
}

function nameOf(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  throw invalidField(path, `${path} is missing or no string; send the name of a field`);
}
