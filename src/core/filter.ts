// Filters on the typed fields and keys of documents: the type, and its validation.

import { assertNever } from "./assert.js";
import type { FieldValue } from "./document.js";
import { SluiceError } from "./errors.js";
import { limits } from "./limits.js";
import { fits64Bits } from "./number-values.js";

/** A predicate over a document's fields and key. proto/sluice/v1/types.proto defines the semantics. */
export type Filter =
  | { readonly kind: "all" | "any"; readonly filters: readonly Filter[] }
  | { readonly kind: "not"; readonly filter: Filter }
  /** Equals one of `values`; lists are not allowed among them. */
  | { readonly kind: "any_of"; readonly field: string; readonly values: readonly FieldValue[] }
  | ({ readonly kind: "range"; readonly field: string } & RangeBounds)
  | { readonly kind: "exists"; readonly field: string }
  /** A keyword, or one of several, begins with `prefix`. */
  | { readonly kind: "prefix"; readonly field: string; readonly prefix: string }
  /** The document's key is one of `keys`, or begins with `prefix`. */
  | { readonly kind: "key_any_of"; readonly keys: readonly string[] }
  | { readonly kind: "key_prefix"; readonly prefix: string };

/** Finite bounds; times in milliseconds since 1970. An absent bound is open. */
export interface RangeBounds {
  readonly atLeast?: number | undefined;
  readonly moreThan?: number | undefined;
  readonly atMost?: number | undefined;
  readonly lessThan?: number | undefined;
}

/** How errors name a location in the filter: the root, and how operands are reached from it. */
export interface FilterPath {
  readonly path: string;
  /**
   * Separator between `all` or `any` and the operand's index: ".filters" in the proto, "" in JSON.
   */
  readonly operands: ".filters" | "";
}

export const protoFilterPath: FilterPath = { path: "filter", operands: ".filters" };

/**
 * Throws INVALID_FIELD naming the location when the filter exceeds the limits of depth or
 * conditions, has an empty value list, a list as a value, a bound that is not finite, or two bounds
 * on one side.
 */
export function checkFilter(filter: Filter, at: FilterPath = protoFilterPath): void {
  checkNode(filter, at.path, { ...at, depth: 1, counts: { conditions: 0, values: 0 } });
}

interface Walk extends FilterPath {
  readonly depth: number;
  readonly counts: { conditions: number; values: number };
}

function checkNode(filter: Filter, path: string, walk: Walk): void {
  const { counts } = walk;
  counts.conditions += 1;
  if (counts.conditions > limits.filterConditionsMax)
    throw invalid(path, `the filter has more than ${limits.filterConditionsMax} conditions`);
  if (walk.depth > limits.filterDepthMax)
    throw invalid(path, `the filter is nested more than ${limits.filterDepthMax} deep`);
  const inner = { ...walk, depth: walk.depth + 1 };
  switch (filter.kind) {
    case "all":
    case "any":
      for (const [i, operand] of filter.filters.entries())
        checkNode(operand, `${path}.${filter.kind}${walk.operands}[${i}]`, inner);
      return;
    case "not":
      checkNode(filter.filter, `${path}.not`, inner);
      return;
    case "any_of":
      checkFieldName(filter.field, `${path}.any_of.field`);
      checkValues(filter.values, `${path}.any_of.values`, counts);
      return;
    case "range":
      checkFieldName(filter.field, `${path}.range.field`);
      checkBounds(filter, `${path}.range`);
      return;
    case "exists":
      checkFieldName(filter.field, `${path}.exists`);
      return;
    case "prefix":
      checkFieldName(filter.field, `${path}.prefix.field`);
      checkText(filter.prefix, `${path}.prefix.prefix`, limits.keywordBytesMax);
      return;
    case "key_any_of":
      checkCount(filter.keys.length, `${path}.key_any_of.keys`, counts);
      for (const [i, key] of filter.keys.entries())
        checkText(key, `${path}.key_any_of.keys[${i}]`, limits.keyBytesMax);
      return;
    case "key_prefix":
      checkText(filter.prefix, `${path}.key_prefix`, limits.keyBytesMax);
      return;
    default:
      assertNever(filter);
  }
}

/** Validates the name of a field. Throws INVALID_FIELD naming `path`. */
export function checkFieldName(name: string, path: string): void {
  const bytes = Buffer.byteLength(name, "utf8");
  if (bytes === 0) throw invalid(path, `${path} is empty; send the name of a field`);
  if (bytes > limits.fieldNameBytesMax)
    throw invalid(path, `${path} has ${bytes} bytes, the limit is ${limits.fieldNameBytesMax}`);
  checkWellFormed(name, path);
}

function checkText(text: string, path: string, bytesMax: number): void {
  const bytes = Buffer.byteLength(text, "utf8");
  if (bytes === 0) throw invalid(path, `${path} is empty; send at least one character`);
  if (bytes > bytesMax) throw invalid(path, `${path} has ${bytes} bytes, the limit is ${bytesMax}`);
  checkWellFormed(text, path);
}

function checkValues(values: readonly FieldValue[], path: string, counts: Walk["counts"]): void {
  checkCount(values.length, path, counts);
  for (const [i, value] of values.entries()) checkValue(value, `${path}[${i}]`);
}

function checkCount(count: number, path: string, counts: Walk["counts"]): void {
  if (count === 0) throw invalid(path, `${path} is empty; send at least one value`);
  if (count > limits.filterValuesMax)
    throw invalid(path, `${path} has ${count} values, the limit is ${limits.filterValuesMax}`);
  counts.values += count;
  if (counts.values > limits.filterValuesTotalMax)
    throw invalid(
      path,
      `the filter looks for more than ${limits.filterValuesTotalMax} values in all`,
    );
}

function checkValue(value: FieldValue, path: string): void {
  switch (value.kind) {
    case "keyword":
      if (Buffer.byteLength(value.value, "utf8") > limits.keywordBytesMax)
        throw invalid(path, `${path} has more than ${limits.keywordBytesMax} bytes`);
      checkWellFormed(value.value, path);
      return;
    case "keywords":
    case "integers":
    case "floats":
    case "times":
      throw invalid(path, `${path} is a list; send each value on its own`);
    case "integer":
      if (!fits64Bits(value.value)) throw invalid(path, `${path} does not fit 64 bits`);
      return;
    case "float":
    case "time":
      checkFinite(value.value, path);
      return;
    case "boolean":
      return;
    default:
      assertNever(value);
  }
}

function checkBounds(bounds: RangeBounds, path: string): void {
  const { atLeast, moreThan, atMost, lessThan } = bounds;
  checkFinite(atLeast, `${path}.at_least`);
  checkFinite(moreThan, `${path}.more_than`);
  checkFinite(atMost, `${path}.at_most`);
  checkFinite(lessThan, `${path}.less_than`);
  if (atLeast !== undefined && moreThan !== undefined)
    throw invalid(`${path}.more_than`, `${path} has both at_least and more_than; send one`);
  if (atMost !== undefined && lessThan !== undefined)
    throw invalid(`${path}.less_than`, `${path} has both at_most and less_than; send one`);
}

function checkFinite(value: number | undefined, path: string): void {
  if (value !== undefined && !Number.isFinite(value))
    throw invalid(path, `${path} is ${value}; send a finite number`);
}

/** Half of a surrogate pair would become another character on its way to UTF-8. */
function checkWellFormed(text: string, path: string): void {
  if (!text.isWellFormed()) throw invalid(path, `${path} holds half of a surrogate pair`);
}

function invalid(field: string, message: string): SluiceError {
  return new SluiceError("INVALID_FIELD", message, { field });
}
