// Filters as text, in the form of docs/guides/filters.md.

import type { FieldJson } from "../../browser/types.js";

/** `filter` and also `field = value`; unchanged when that condition stands in it already. */
export function narrowed(filter: string, field: string, value: FieldJson): string {
  const values = Array.isArray(value) ? (value as readonly (string | number)[]) : [value];
  const condition = `${fieldName(field)} = ${literal(values[0] as string | number | boolean)}`;
  if (filter.includes(condition)) return filter;
  return filter.trim() === "" ? condition : `(${filter.trim()}) and ${condition}`;
}

function fieldName(field: string): string {
  return /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(field) ? field : `\`${field}\``;
}

/** Times come as text in the form in which filters take them without quotes. */
function literal(value: string | number | boolean): string {
  const isTime = typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);
  return typeof value === "string" && !isTime ? JSON.stringify(value) : String(value);
}
