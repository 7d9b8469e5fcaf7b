// Evaluates a filter on the fields of one document: the semantics of every condition.

import { assertNever } from "./assert.js";
import type { FieldValue } from "./document.js";
import type { Filter, RangeBounds } from "./filter.js";

/** Returns a field's value by name, or undefined when the document has no such field. */
export type FieldLookup = (name: string) => FieldValue | undefined;

/**
 * Compiles a filter into a predicate. A field whose type differs from the condition's does not
 * match, so `not` of a condition on a missing field is true. O(values) to compile, O(conditions)
 * per document.
 */
export function createFilterMatch(filter: Filter): (fieldOf: FieldLookup) => boolean {
  switch (filter.kind) {
    case "all": {
      const tests = filter.filters.map(createFilterMatch);
      return (fieldOf) => tests.every((test) => test(fieldOf));
    }
    case "any": {
      const tests = filter.filters.map(createFilterMatch);
      return (fieldOf) => tests.some((test) => test(fieldOf));
    }
    case "not": {
      const test = createFilterMatch(filter.filter);
      return (fieldOf) => !test(fieldOf);
    }
    case "any_of": {
      const wanted = valueSets(filter.values);
      return (fieldOf) => isAmong(wanted, fieldOf(filter.field));
    }
    case "range":
      return (fieldOf) => isInRange(filter, fieldOf(filter.field));
    case "exists":
      return (fieldOf) => fieldOf(filter.field) !== undefined;
    default:
      return assertNever(filter);
  }
}

type ValueSets = ReadonlyMap<FieldValue["kind"], ReadonlySet<unknown>>;

function valueSets(values: readonly FieldValue[]): ValueSets {
  const sets = new Map<FieldValue["kind"], Set<unknown>>();
  for (const { kind, value } of values) {
    const set = sets.get(kind);
    if (set === undefined) sets.set(kind, new Set([value]));
    else set.add(value);
  }
  return sets;
}

function isAmong(wanted: ValueSets, field: FieldValue | undefined): boolean {
  if (field === undefined) return false;
  if (field.kind !== "keywords") return wanted.get(field.kind)?.has(field.value) === true;
  const keywords = wanted.get("keyword");
  return keywords !== undefined && field.value.some((word) => keywords.has(word));
}

/** JavaScript compares a bigint with a number exactly, so int64 fields need no conversion. */
function isInRange(bounds: RangeBounds, field: FieldValue | undefined): boolean {
  if (field === undefined) return false;
  if (field.kind !== "integer" && field.kind !== "float" && field.kind !== "time") return false;
  const { value } = field;
  const { atLeast, moreThan, atMost, lessThan } = bounds;
  if (atLeast !== undefined && !(value >= atLeast)) return false;
  if (moreThan !== undefined && !(value > moreThan)) return false;
  if (atMost !== undefined && !(value <= atMost)) return false;
  return lessThan === undefined || value < lessThan;
}
