// Evaluates a filter on the columns and keys of a segment: one bit a passage.

import type { Filter } from "../../core/filter.js";
import type { Column, ColumnsReader } from "./columns-reader.js";
import { matchAnyOf, matchPrefix, matchRange } from "./match-column.js";
import { matchKeyPrefix, matchKeys } from "./match-keys.js";
import type { PassageKeys } from "./match-keys.js";

/** What of a segment's passages a filter can be about. */
export interface FilteredPassages {
  readonly columns: ColumnsReader;
  readonly keys: PassageKeys;
}

/**
 * Bits of the passages that `filter` lets through; those beyond the last passage may be anything.
 * Agrees with createFilterMatch (core/match-filter.ts) passage by passage. O(conditions x passages)
 * at worst.
 */
export function filterOrdinals(filter: Filter, passages: FilteredPassages): Uint32Array {
  const { columns, keys } = passages;
  const ordinals = new Uint32Array(2 * Math.ceil(columns.ordinalCount / 64));
  switch (filter.kind) {
    case "all": {
      ordinals.fill(0xffffffff);
      for (const operand of filter.filters) {
        const met = filterOrdinals(operand, passages);
        for (let i = 0; i < ordinals.length; i += 1) ordinals[i]! &= met[i]!;
        if (ordinals.every((word) => word === 0)) break;
      }
      return ordinals;
    }
    case "any":
      for (const operand of filter.filters) {
        const met = filterOrdinals(operand, passages);
        for (let i = 0; i < ordinals.length; i += 1) ordinals[i]! |= met[i]!;
      }
      return ordinals;
    case "not": {
      const met = filterOrdinals(filter.filter, passages);
      for (let i = 0; i < ordinals.length; i += 1) ordinals[i] = ~met[i]!;
      return ordinals;
    }
    case "any_of":
      addOrdinals(filter.field, columns, ordinals, (column, bits) => {
        matchAnyOf(column, filter.values, bits);
      });
      return ordinals;
    case "range":
      addOrdinals(filter.field, columns, ordinals, (column, bits) => {
        matchRange(column, filter, bits);
      });
      return ordinals;
    case "exists":
      addOrdinals(filter.field, columns, ordinals, (_, bits) => {
        bits.fill(0xffffffff);
      });
      return ordinals;
    case "prefix":
      addOrdinals(filter.field, columns, ordinals, (column, bits) => {
        matchPrefix(column, filter.prefix, bits);
      });
      return ordinals;
    case "key_any_of":
      matchKeys(keys, filter.keys, ordinals);
      return ordinals;
    case "key_prefix":
      matchKeyPrefix(keys, filter.prefix, ordinals);
      return ordinals;
  }
}

/** Sets the passages of every column of that name at which `match` sets the position. */
function addOrdinals(
  name: string,
  columns: ColumnsReader,
  ordinals: Uint32Array,
  match: (column: Column, bits: Uint32Array) => void,
): void {
  const { first, end } = columns.find(name);
  for (let place = first; place < end; place += 1) {
    const column = columns.column(place);
    const bits = new Uint32Array((column.count + 31) >>> 5);
    match(column, bits);
    if (column.ordinals === undefined) {
      for (let i = 0; i < bits.length; i += 1) ordinals[i]! |= bits[i]!;
      continue;
    }
    for (let position = 0; position < column.count; position += 1) {
      if ((bits[position >>> 5]! & (1 << (position & 31))) === 0) continue;
      const ordinal = column.ordinals[position]!;
      ordinals[ordinal >>> 5]! |= 1 << (ordinal & 31);
    }
  }
}
