// Which passages the search may return: the filter, evaluated on the fields of every document.

import { createFilterMatch } from "../../core/match-filter.js";
import { isBitSet } from "../../index/bm25/bits.js";
import { createEligibleRows, eligibleRowsOf } from "../../index/eligible-rows.js";
import type { SearchPlan } from "../plan.js";
import type { Scope, SearchContext } from "../search-context.js";

export function filterStage(context: SearchContext, plan: SearchPlan): Promise<Scope | undefined> {
  const { generation } = context;
  if (plan.filter === undefined) {
    const { passageCount } = generation.totals;
    return Promise.resolve({ eligible: undefined, passageCount });
  }
  const matches = createFilterMatch(plan.filter);
  const eligible = createEligibleRows(generation.segments.map(({ part }) => part.rowCount));
  let passageCount = 0;
  for (const [place, { part, table }] of generation.segments.entries()) {
    const dead = part.tombstones && new Uint8Array(part.tombstones);
    const bits = eligibleRowsOf(eligible, place) ?? new Uint8Array();
    for (let row = 0; row < part.rowCount; row += 1) {
      if (dead !== undefined && isBitSet(dead, row)) continue;
      const fields = generation.documents.readDocument(table.keyAt(row))?.fields;
      if (!matches((name) => fields?.get(name))) continue;
      bits[row >>> 3] = (bits[row >>> 3] ?? 0) | (1 << (row & 7));
      passageCount += 1;
    }
  }
  return Promise.resolve({ eligible, passageCount });
}
