// Counts documents, and the values of their fields, in flushed parts.

import { isRaised } from "../core/cancel-flag.js";
import { limits } from "../core/limits.js";
import { countValues } from "../index/columns/count-values.js";
import { openColumns } from "../index/columns/columns-reader.js";
import { isBitSet } from "../index/bm25/bits.js";
import { eligibleOf } from "../index/eligible-passages.js";
import { numbersOf, sectionOf } from "../index/segment-format.js";
import type { FlushedPart } from "../index/segment-parts.js";
import { tombstonesOf } from "./part-views.js";
import type { DocumentCountAnswer, DocumentCountTask } from "./score.protocol.js";

/** Live parts are left out: their fields are in the main thread only. */
export function countParts(task: DocumentCountTask): DocumentCountAnswer | undefined {
  let documentCount = 0;
  const fields = [];
  for (const [place, part] of task.parts.entries()) {
    if (isRaised(task.cancel)) return undefined;
    if (part.kind === "live") continue;
    const isCounted = countedPassages(part, eligibleOf(task.eligible, place));
    for (const one of isCounted) documentCount += one;
    const columns = openColumns(sectionOf(part.tables, "columns"));
    const valuesMax = limits.segmentFacetValuesMax;
    fields.push(task.fields.map((field) => countValues(columns, field, { isCounted, valuesMax })));
  }
  return { documentCount, parts: fields };
}

/** 1 for the first passage of each eligible document, 0 for all others. */
function countedPassages(part: FlushedPart, eligible: Uint8Array | undefined): Uint8Array {
  const { ordinalCount, tables } = part;
  const passages = numbersOf(tables, "passages");
  const dead = eligible === undefined ? tombstonesOf(part) : undefined;
  const isCounted = new Uint8Array(ordinalCount);
  for (let ordinal = 0; ordinal < ordinalCount; ordinal += 1) {
    const isFirst = passages[3 * ordinal] === 0;
    const isEligible =
      eligible === undefined
        ? dead === undefined || !isBitSet(dead, ordinal)
        : isBitSet(eligible, ordinal);
    isCounted[ordinal] = Number(isFirst && isEligible);
  }
  return isCounted;
}
