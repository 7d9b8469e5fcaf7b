// Evaluates a filter on flushed parts: one bitmap a part, deleted rows left out.

import { isRaised } from "../core/cancel-flag.js";
import { openColumns } from "../index/columns/columns-reader.js";
import { filterRows } from "../index/columns/filter-rows.js";
import { setEligibleRows } from "../index/eligible-rows.js";
import { clearDocuments, flushedRowsWithAny } from "../index/excluded-rows.js";
import { numbersOf, sectionOf } from "../index/segment-format.js";
import { postingsOf, tombstonesOf } from "./part-views.js";
import type { FilterAnswer, FilterTask } from "./score.protocol.js";

export function filterParts(task: FilterTask): FilterAnswer | undefined {
  let passageCount = 0;
  for (const [place, part] of task.parts.entries()) {
    if (isRaised(task.cancel)) return undefined;
    if (part.kind === "live") continue; // Their fields are in the main thread only.
    const { rowCount } = part;
    const rows =
      task.filter === undefined
        ? new Uint32Array(2 * Math.ceil(rowCount / 64)).fill(0xffffffff)
        : filterRows(task.filter, openColumns(sectionOf(part.tables, "columns")));
    if (task.excluded.length > 0) {
      const found = flushedRowsWithAny(postingsOf(part.tables), task.excluded);
      const passages = numbersOf(part.tables, "passages");
      clearDocuments(rows, found, { rowCount, numberAt: (row) => passages[3 * row] ?? 0 });
    }
    const tombstones = tombstonesOf(part);
    passageCount += setEligibleRows(task.into, place, { rows, rowCount, tombstones });
  }
  return { passageCount };
}
