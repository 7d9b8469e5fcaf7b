// Counts documents, and the values of their fields, in flushed parts.

import { isRaised } from "../core/cancel-flag.js";
import { limits } from "../core/limits.js";
import { memoize } from "../core/memoize.js";
import { createValueCounter } from "../index/columns/count-values.js";
import type { CountedPassages } from "../index/columns/count-values.js";
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
    const passages = countedPassages(part, eligibleOf(task.eligible, place));
    documentCount += passages.count;
    if (counters.length === 0) continue;
    const columns = openColumns(sectionOf(part.tables, "columns"));
    for (const counter of counters) counter.add(columns, passages);
  }
  const fields = counters.map((counter) => counter.counts(limits.taskFacetValuesMax));
  return { documentCount, fields };
}

/** One byte a passage, kept with the segment: tables hold the number of a passage every 12 bytes. */
const firstPassagesOf = memoize((tables: SharedArrayBuffer): CountedPassages => {
  const passages = numbersOf(tables, "passages");
  const isCounted = new Uint8Array(passages.length / 3);
  let count = 0;
  for (let ordinal = 0; ordinal < isCounted.length; ordinal += 1) {
    if (passages[3 * ordinal] !== 0) continue;
    isCounted[ordinal] = 1;
    count += 1;
  }
  return { isCounted, count };
});

function countedPassages(part: FlushedPart, eligible: Uint8Array | undefined): CountedPassages {
  const first = firstPassagesOf(part.tables);
  const bits = eligible ?? tombstonesOf(part);
  if (bits === undefined) return first;
  const isCounted = first.isCounted.slice();
  /** Bits are set for eligible passages, or else for deleted ones. */
  const flip = eligible === undefined ? 0xff : 0;
  let count = 0;
  for (let at = 0; at < isCounted.length; at += 8) {
    const byte = (bits[at >>> 3] ?? 0) ^ flip;
    const end = Math.min(isCounted.length, at + 8);
    for (let ordinal = at; ordinal < end; ordinal += 1) {
      const one = (isCounted[ordinal] ?? 0) & (byte >>> (ordinal & 7));
      isCounted[ordinal] = one;
      count += one;
    }
  }
  return { isCounted, count };
}
