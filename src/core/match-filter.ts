// Evaluates a filter on the fields and the key of one document: the semantics of every condition.

import { assertNever } from "./assert.js";
import type { FieldValue } from "./document.js";
import type { Filter, RangeBounds } from "./filter.js";
import { floatsAmong, integersAmong } from "./number-values.js";

/** Returns a field's value by name, or undefined when the document has no such field. */
export type FieldLookup = (name: string) => FieldValue | undefined;

/** Whether a document of these fields and this key is let through. */
export type DocumentTest = (fieldOf: FieldLookup, key: string) => boolean;

/**
 * Compiles a filter into a predicate. A field whose type differs from the condition's does not
 * match, so `not` of a condition on a missing field is true. O(values) to compile, O(conditions)
 * per document.
 */
export function createFilterMatch(filter: Filter): DocumentTest {
  switch (filter.kind) {
    case "all": {
      const tests = filter.filters.map(createFilterMatch);
      return (fieldOf, key) => tests.every((test) => test(fieldOf, key));
    }
    case "any": {
      const tests = filter.filters.map(createFilterMatch);
      return (fieldOf, key) => tests.some((test) => test(fieldOf, key));
    }
    case "not": {
      const test = createFilterMatch(filter.filter);
      return (fieldOf, key) => !test(fieldOf, key);
    }
    case "any_of": {
      const wanted = toWanted(filter.values);
      return (fieldOf) => isAmong(wanted, fieldOf(filter.field));
    }
    case "range":
      return (fieldOf) => hasInRange(filter, fieldOf(filter.field));
    case "exists":
      return (fieldOf) => fieldOf(filter.field) !== undefined;
    case "prefix":
      return (fieldOf) => hasPrefix(filter.prefix, fieldOf(filter.field));
    case "key_any_of": {
      const keys = new Set(filter.keys);
      return (_, key) => keys.has(key);
    }
    case "key_prefix":
      return (_, key) => key.startsWith(filter.prefix);
    default:
      return assertNever(filter);
  }
}

/** Of whole code points, UTF-16 and UTF-8 have the same prefixes. */
function hasPrefix(prefix: string, field: FieldValue | undefined): boolean {
  if (field?.kind === "keyword") return field.value.startsWith(prefix);
  return field?.kind === "keywords" && field.value.some((value) => value.startsWith(prefix));
}

/** What a field of each kind, or an entry of a list, must hold. */
interface Wanted {
  readonly keywords: ReadonlySet<string>;
  readonly integers: ReadonlySet<bigint>;
  readonly floats: ReadonlySet<number>;
  readonly times: ReadonlySet<number>;
  readonly booleans: ReadonlySet<boolean>;
}

function toWanted(values: readonly FieldValue[]): Wanted {
  const keywords = new Set<string>();
  const times = new Set<number>();
  const booleans = new Set<boolean>();
  for (const { kind, value } of values) {
    if (kind === "keyword") keywords.add(value);
    else if (kind === "time") times.add(value);
    else if (kind === "boolean") booleans.add(value);
  }
  const integers = new Set(integersAmong(values));
  return { keywords, integers, floats: new Set(floatsAmong(values)), times, booleans };
}

function isAmong(wanted: Wanted, field: FieldValue | undefined): boolean {
  switch (field?.kind) {
    case undefined:
      return false;
    case "keyword":
      return wanted.keywords.has(field.value);
    case "keywords":
      return field.value.some((value) => wanted.keywords.has(value));
    case "integer":
      return wanted.integers.has(field.value);
    case "integers":
      return field.value.some((value) => wanted.integers.has(value));
    case "float":
      return wanted.floats.has(field.value);
    case "floats":
      return field.value.some((value) => wanted.floats.has(value));
    case "time":
      return wanted.times.has(field.value);
    case "times":
      return field.value.some((value) => wanted.times.has(value));
    case "boolean":
      return wanted.booleans.has(field.value);
  }
}

function hasInRange(bounds: RangeBounds, field: FieldValue | undefined): boolean {
  switch (field?.kind) {
    case "integer":
    case "float":
    case "time":
      return isInRange(bounds, field.value);
    case "integers":
    case "floats":
    case "times":
      return field.value.some((value) => isInRange(bounds, value));
    case undefined:
    case "keyword":
    case "keywords":
    case "boolean":
      return false;
  }
}

/** JavaScript compares a bigint with a number exactly, so int64 fields need no conversion. */
function isInRange(bounds: RangeBounds, value: number | bigint): boolean {
  const { atLeast, moreThan, atMost, lessThan } = bounds;
  if (atLeast !== undefined && !(value >= atLeast)) return false;
  if (moreThan !== undefined && !(value > moreThan)) return false;
  if (atMost !== undefined && !(value <= atMost)) return false;
  return lessThan === undefined || value < lessThan;
}
