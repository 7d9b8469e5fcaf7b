// The value of a field in a row, from a segment's columns.

import type { FieldValue } from "../../core/document.js";
import { openColumns, positionOf, valueAt } from "./columns-reader.js";
import type { Column } from "./columns-reader.js";

/** Throws DATA_CORRUPT as `openColumns`. A lookup is O(log rows), and remembers the columns it met. */
export function createFieldLookup(
  section: Uint8Array,
): (row: number, name: string) => FieldValue | undefined {
  const reader = openColumns(section);
  const known = new Map<string, readonly Column[]>();
  const columnsOf = (name: string): readonly Column[] => {
    let columns = known.get(name);
    if (columns !== undefined) return columns;
    const { first, end } = reader.find(name);
    columns = Array.from({ length: end - first }, (_, i) => reader.column(first + i));
    // Names come from requests: only those that exist are remembered, so that they are bounded.
    if (columns.length > 0) known.set(name, columns);
    return columns;
  };
  return (row, name) => {
    for (const column of columnsOf(name)) {
      const position = positionOf(column, row);
      if (position >= 0) return valueAt(column, position);
    }
    return undefined;
  };
}
