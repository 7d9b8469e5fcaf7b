// How many documents have each value of a field, added up over segments and single documents.

import { facetValueKinds } from "../contract/search-update.js";
import type { Facet } from "../contract/search-update.js";
import { compareKeys } from "../core/document.js";
import type { FieldValue } from "../core/document.js";
import { valueNames } from "../index/columns/count-values.js";
import type { FieldCounts, ValueCount } from "../index/columns/count-values.js";

export interface FacetCounts {
  /** Of some segments. */
  add(counts: FieldCounts): void;
  /** Of one document; undefined when it does not have the field. */
  addDocument(value: FieldValue | undefined): void;
  /** The `valueCount` most frequent values: a total order by count, kind and value. */
  top(valueCount: number): Facet;
}

export function createFacetCounts(field: string): FacetCounts {
  const totals = new Map<string, ValueCount>();
  let documentCount = 0;
  let errorMax = 0;
  const addValue = ({ kind, value, count }: ValueCount): void => {
    const id = `${kind} ${value}`;
    totals.set(id, { kind, value, count: count + (totals.get(id)?.count ?? 0) });
  };
  return {
    add(counts) {
      documentCount += counts.documentCount;
      errorMax += counts.unlistedMax;
      for (const one of counts.values) addValue(one);
    },
    addDocument(value) {
      if (value === undefined) return;
      documentCount += 1;
      for (const name of valueNames(value)) addValue({ ...name, count: 1 });
    },
    top(valueCount) {
      const values = [...totals.values()].sort(compareCounts).slice(0, valueCount);
      return { field, values, documentCount, errorMax };
    },
  };
}

function compareCounts(a: ValueCount, b: ValueCount): number {
  return (
    b.count - a.count ||
    facetValueKinds.indexOf(a.kind) - facetValueKinds.indexOf(b.kind) ||
    compareKeys(a.value, b.value)
  );
}
