// Groups of documents that share the value of a field, and how many hits each may have.

import type { FieldValue } from "../core/document.js";

/** At most `size` hits of a ranking have the same value of `field`. */
export interface Cap {
  readonly field: string;
  readonly size: number;
}

/**
 * Name of the group; undefined: the document is in none, and nothing limits it. Keywords, integers and
 * booleans name groups; a value of another kind is as none.
 */
export function groupOf(value: FieldValue | undefined): string | undefined {
  const isName =
    value?.kind === "keyword" || value?.kind === "integer" || value?.kind === "boolean";
  return isName ? `${value.kind} ${value.value}` : undefined;
}
