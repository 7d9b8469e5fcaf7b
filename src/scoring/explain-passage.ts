// One passage row by row and term by term, for Explain: the same bits as the scores of a search.

import { asDamage } from "../core/errors.js";
import { explainRow, scaleOf } from "../index/bm25/bm25.js";
import type { CodesReader } from "../index/segment-codes.js";
import { rowBytes } from "../kernels/kernels.js";
import { bestRows } from "../kernels/reference.js";
import { boundPart, tokenRowsOf } from "./part-views.js";
import type { ExplainAnswer, ExplainTask } from "./score.protocol.js";

/** O(query rows * passage rows * dim), in plain TypeScript. */
export function explainPassage(task: ExplainTask, reader: CodesReader): ExplainAnswer | undefined {
  const { query, bits, row } = task;
  const [part] = task.parts;
  if (part === undefined) return undefined;
  const clauses = task.bm25.map((work) =>
    explainRow(boundPart(part, work, 0), row, scaleOf(work.query, work.frequencies, work.totals)),
  );
  try {
    const { bytes, rowOffsets } = tokenRowsOf(part, reader);
    const first = rowOffsets[row] ?? 0;
    const end = rowOffsets[row + 1] ?? 0;
    const tokenBytes = rowBytes(query.dim, bits);
    const place = { start: first * tokenBytes, end: end * tokenBytes };
    reader.check(part.codes, place);
    const found = bestRows(query, { bytes, dim: query.dim, bits }, { first, end });
    // A copy: a view of the map, which slices of Buffers are, would take the whole map across.
    const codes = new Uint8Array(bytes.subarray(place.start, place.end));
    return { ...found, clauses, codes, damage: undefined };
  } catch (error) {
    const nothing = { rows: new Uint32Array(), scores: new Float32Array(), clauses: [] };
    return { ...nothing, codes: new Uint8Array(), damage: asDamage(error).message };
  }
}
