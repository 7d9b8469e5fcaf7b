// Parsers of option values, which reject values out of range before a command starts.

import { InvalidArgumentError } from "commander";
import { parseBytes } from "../config/option-kinds.js";
import { isInRange, rangeText } from "../contract/check-fields.js";
import type { IntegerField, NumberField } from "../contract/fields.js";
import type { FacetOptions, SortOptions } from "../contract/search-request.js";
import { isSluiceError } from "../core/errors.js";
import type { Filter } from "../core/filter.js";
import { limits } from "../core/limits.js";
import { parseFilter } from "../core/parse-filter.js";
import { spanUnits } from "../core/span-units.js";
import type { SpanUnit } from "../core/span-units.js";

/** A parser for whole numbers in a range. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

/** A text filter; see core/parse-filter.ts. */
export function filterText(text: string): Filter {
  try {
    return parseFilter(text);
  } catch (error) {
    if (isSluiceError(error)) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

/** The parser of --span-unit. */
export function spanUnit(text: string): SpanUnit {
  const found = spanUnits.find((unit) => unit === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`Expected ${spanUnits.join(", ")}.`);
}

/** `field` or `field:size`. */
export function groupBy(text: string): { readonly field: string; readonly size: number } {
  const [, field = text, size = "1"] = /^(.*):(\d+)$/.exec(text) ?? [];
  return { field, size: wholeNumber(1, limits.groupSizeMax)(size) };
}

/** `field` or `field:values`, added to those given before. */
export function facets(
  text: string,
  before: readonly FacetOptions[] = [],
): readonly FacetOptions[] {
  const [, field = text, valueCount] = /^(.*):(\d+)$/.exec(text) ?? [];
  if (valueCount === undefined) return [...before, { field }];
  return [...before, { field, valueCount: wholeNumber(1, limits.facetValuesMax)(valueCount) }];
}

/** `field`, or `field:desc`. */
export function sortBy(text: string): SortOptions {
  const [, field = text] = /^(.*):desc$/.exec(text) ?? [];
  return { field, descending: field !== text };
}

/** A size of at least one byte, such as `10 GiB`. */
export function byteCount(text: string): number {
  const value = parseBytes(text);
  if (typeof value === "number" && value >= 1) return value;
  throw new InvalidArgumentError("Expected a size, such as 10 GiB.");
}

/** A parser for numbers in a range. */
export function decimalNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? NaN : Number(text);
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a number from ${min} to ${max}.`);
  };
}

/** A parser for values of a field of a request. */
export function valueOf(field: IntegerField | NumberField): (text: string) => number {
  if (field.type === "integer") return wholeNumber(field.min, field.max);
  const { min, max } = field;
  if (min !== undefined && max !== undefined) return decimalNumber(min, max);
  return (text) => {
    const value = text.trim() === "" ? NaN : Number(text);
    if (isInRange(field, value)) return value;
    throw new InvalidArgumentError(`Expected a number: ${rangeText(field)}.`);
  };
}

/** An ISO 8601 time, as milliseconds since 1970 UTC. */
export function timeMs(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (Number.isFinite(ms) && ms >= 0) return ms;
  throw new InvalidArgumentError("Expected a time such as 2026-11-23 or 2026-11-23T18:00:00Z.");
}

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration such as `30m`, `12h` or `90d`, up to ten years, in milliseconds. */
export function durationMs(text: string): number {
  const [, count = "", unit = ""] = /^(\d{1,7})([mhd])$/.exec(text) ?? [];
  const ms = Number(count) * (unitsMs[unit] ?? NaN);
  if (ms > 0 && ms <= 3650 * 86_400_000) return ms;
  throw new InvalidArgumentError("Expected a time such as 90d, 12h or 30m, up to 3650d.");
}
