// The order of documents by a field.

import { compareKeys, singlesOf } from "../core/document.js";
import type { FieldValue, SingleValue } from "../core/document.js";

export interface FieldOrder {
  readonly field: string;
  readonly isDescending: boolean;
}

/** Values of other kinds do not compare: kinds stand one after another. */
const kindRanks: Readonly<Record<SingleValue["kind"], number>> = {
  integer: 0,
  float: 0,
  time: 1,
  keyword: 2,
  boolean: 3,
};

/** What a document is sorted by; undefined stands last in both directions. */
export type SortValue = Pick<SingleValue, "kind" | "value"> | undefined;

/** Of a list its least value, or its greatest in descending order; undefined when it is empty. */
export function sortValueOf(value: FieldValue | undefined, order: FieldOrder): SortValue {
  switch (value?.kind) {
    case "keywords":
    case "integers":
    case "floats":
    case "times":
      return singlesOf(value).toSorted((a, b) => compareSortValues(a, b, order))[0];
    case "keyword":
    case "integer":
    case "float":
    case "time":
    case "boolean":
    case undefined:
      return value;
  }
}

/**
 * Integers and floats by value, keywords by their UTF-8 bytes, false before true; 0 for equal ones.
 */
export function compareSortValues(a: SortValue, b: SortValue, order: FieldOrder): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const difference = kindRanks[a.kind] - kindRanks[b.kind] || compareValues(a.value, b.value);
  return order.isDescending ? -difference : difference;
}

function compareValues(a: SingleValue["value"], b: SingleValue["value"]): number {
  if (typeof a === "string" && typeof b === "string") return compareKeys(a, b);
  // A bigint and a number are compared exactly.
  return a < b ? -1 : Number(a > b);
}
