// Evaluates a filter on the columns of a segment: one bit a row.

import type { Filter } from "../../core/filter.js";
import type { Column, ColumnsReader } from "./columns-reader.js";
import { matchAnyOf, matchRange } from "./match-column.js";

/**
 * Bits of the rows that `filter` lets through; those beyond the last row may be anything. Agrees with
 * createFilterMatch (core/match-filter.ts) row by row. O(conditions x rows) at worst.
 */
export function filterRows(filter: Filter, columns: ColumnsReader): Uint32Array {
  const rows = new Uint32Array(2 * Math.ceil(columns.rowCount / 64));
  switch (filter.kind) {
    case "all": {
      rows.fill(0xffffffff);
      for (const operand of filter.filters) {
        const met = filterRows(operand, columns);
        for (let i = 0; i < rows.length; i += 1) rows[i]! &= met[i]!;
        if (rows.every((word) => word === 0)) break;
      }
      return rows;
    }
    case "any":
      for (const operand of filter.filters) {
        const met = filterRows(operand, columns);
        for (let i = 0; i < rows.length; i += 1) rows[i]! |= met[i]!;
      }
      return rows;
    case "not": {
      const met = filterRows(filter.filter, columns);
      for (let i = 0; i < rows.length; i += 1) rows[i] = ~met[i]!;
      return rows;
    }
    case "any_of":
      addRows(filter.field, columns, rows, (column, bits) => {
        matchAnyOf(column, filter.values, bits);
      });
      return rows;
    case "range":
      addRows(filter.field, columns, rows, (column, bits) => {
        matchRange(column, filter, bits);
      });
      return rows;
    case "exists":
      addRows(filter.field, columns, rows, (_, bits) => {
        bits.fill(0xffffffff);
      });
      return rows;
  }
}

/** Sets the rows of every column of that name at which `match` sets the position. */
function addRows(
  name: string,
  columns: ColumnsReader,
  rows: Uint32Array,
  match: (column: Column, bits: Uint32Array) => void,
): void {
  const { first, end } = columns.find(name);
  for (let place = first; place < end; place += 1) {
    const column = columns.column(place);
    const bits = new Uint32Array((column.count + 31) >>> 5);
    match(column, bits);
    if (column.rows === undefined) {
      for (let i = 0; i < bits.length; i += 1) rows[i]! |= bits[i]!;
      continue;
    }
    for (let position = 0; position < column.count; position += 1) {
      if ((bits[position >>> 5]! & (1 << (position & 31))) === 0) continue;
      const row = column.rows[position]!;
      rows[row >>> 5]! |= 1 << (row & 31);
    }
  }
}
