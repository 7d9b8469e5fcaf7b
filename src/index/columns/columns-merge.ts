// Merges the columns of several segments into those of one.

import { openColumns, valueAt } from "./columns-reader.js";
import { createColumnsWriter } from "./columns-writer.js";

export interface ColumnsInput {
  readonly columns: Uint8Array;
  /** Row of the result that each row becomes; those not below `rowCount` are left out. */
  readonly newRows: Uint32Array;
}

/** `inputs` by rising new rows; `rowCount`: of the result. O(values + words log words). */
export function mergeColumns(inputs: readonly ColumnsInput[], rowCount: number): Uint8Array {
  const writer = createColumnsWriter(rowCount);
  for (const { columns, newRows } of inputs) {
    const reader = openColumns(columns);
    for (let place = 0; place < reader.columnCount; place += 1) {
      const column = reader.column(place);
      for (let position = 0; position < column.count; position += 1) {
        const row = newRows[column.rows?.[position] ?? position]!;
        if (row < rowCount) writer.add(row, column.name, valueAt(column, position));
      }
    }
  }
  return writer.finish();
}
