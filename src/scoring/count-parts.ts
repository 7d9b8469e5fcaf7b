// Counts documents, and the values of their fields, in flushed parts.

import { isRaised } from "../core/cancel-flag.js";
import { limits } from "../core/limits.js";
import { createValueCounter } from "../index/columns/count-values.js";
import { openColumns } from "../index/columns/columns-reader.js";
import { eligibleOf } from "../index/eligible-passages.js";
import { numbersOf, sectionOf } from "../index/segment-format.js";
import type { FlushedPart } from "../index/segment-parts.js";
import { tombstonesOf } from "./part-views.js";
import type { DocumentCountAnswer, DocumentCountTask } from "./score.protocol.js";

/** Live parts are left out: their fields are in the main thread only. */
export function countParts(task: DocumentCountTask): DocumentCountAnswer | undefined {
  const counters = task.fields.map(createValueCounter);
  let documentCount = 0;
  for (const [place, part] of task.parts.entries()) {
    if (isRaised(task.cancel)) return undefined;
    if (part.kind === "live") continue;
    const isCounted = countedPassages(part, eligibleOf(task.eligible, place));
    for (const one of isCounted) documentCount += one;
    if (counters.length === 0) continue;
    const columns = openColumns(sectionOf(part.tables, "columns"));
    for (const counter of counters) counter.add(columns, isCounted);
  }
  const fields = counters.map((counter) => counter.counts(limits.taskFacetValuesMax));
  return { documentCount, fields };
}

/** 1 for the first passage of each eligible document, 0 for all others. */
function countedPassages(part: FlushedPart, eligible: Uint8Array | undefined): Uint8Array {
  const { ordinalCount, tables } = part;
  const passages = numbersOf(tables, "passages");
  const isCounted = new Uint8Array(ordinalCount);
  const bits = eligible ?? tombstonesOf(part);
  /** Bits are set for eligible passages, or else for deleted ones. */
  const wanted = eligible === undefined ? 0 : 1;
  if (bits === undefined)
    for (let ordinal = 0; ordinal < ordinalCount; ordinal += 1)
      isCounted[ordinal] = Number(passages[3 * ordinal] === 0);
  else
    for (let ordinal = 0; ordinal < ordinalCount; ordinal += 1) {
      const isWanted = (((bits[ordinal >>> 3] ?? 0) >>> (ordinal & 7)) & 1) === wanted;
      isCounted[ordinal] = Number(isWanted && passages[3 * ordinal] === 0);
    }
  return isCounted;
}
