// What a scoring worker does with a task. Pure but for the shared memory it reads.

import { isRaised } from "../core/cancel-flag.js";
import { asDamage } from "../core/errors.js";
import { countFrequencies, explainRow, scaleOf, scoreRow } from "../index/bm25/bm25.js";
import { findTopRows } from "../index/bm25/top-rows.js";
import { openColumns } from "../index/columns/columns-reader.js";
import { filterRows } from "../index/columns/filter-rows.js";
import { eligibleRowsOf, setEligibleRows } from "../index/eligible-rows.js";
import { clearDocuments, flushedRowsWithAny } from "../index/excluded-rows.js";
import type { CodesReader } from "../index/segment-codes.js";
import { numbersOf, sectionOf } from "../index/segment-format.js";
import { rowBytes } from "../kernels/kernels.js";
import type { Kernels } from "../kernels/kernels.js";
import { bestRows } from "../kernels/reference.js";
import { boundPart, postingsOf, tokenRowsOf, tombstonesOf } from "./part-views.js";
import { scanRanges } from "./scan-ranges.js";
import type {
  ExplainAnswer,
  ExplainTask,
  FilterAnswer,
  FilterTask,
  LexicalAnswer,
  LexicalTask,
  MaxSimAnswer,
  MaxSimTask,
  PartDamage,
  ScoreAnswer,
  ScoreTask,
} from "./score.protocol.js";

export function runScoreTask(task: ScoreTask, kernels: Kernels, reader: CodesReader): ScoreAnswer {
  if (isRaised(task.cancel)) return undefined;
  switch (task.kind) {
    case "filter":
      return filterParts(task);
    case "lexical":
      return scoreLexical(task);
    case "scan":
      return scanRanges(task, kernels);
    case "maxsim":
      return scoreMaxSim(task, kernels, reader);
    case "explain":
      return explainPassage(task, reader);
  }
}

function scoreLexical(task: LexicalTask): LexicalAnswer | undefined {
  const { bm25, cancel } = task;
  const { from, to } = task.range;
  // Of the other parts only the terms' frequencies count.
  const termsOnly = { ...bm25, query: { ...bm25.query, phrases: [] } };
  const segments = task.parts.map((part, place) =>
    boundPart(part, place >= from && place < to ? bm25 : termsOnly, place),
  );
  const frequencies = countFrequencies(segments, bm25.query);
  const top = findTopRows({
    segments,
    range: task.range,
    eligible: segments.map((_, place) => eligibleRowsOf(task.eligible, place)),
    scale: scaleOf(bm25.query, frequencies, bm25.totals),
    topCount: task.topCount,
    sharedThreshold: task.sharedThreshold,
    isCancelled: () => isRaised(cancel),
  });
  if (top === undefined) return undefined;
  return { frequencies, top: { parts: top.segments, rows: top.rows, scores: top.scores } };
}

/** Passages between two looks at the cancel flag: well below half a millisecond of native work. */
const passagesPerLook = 64;

function scoreMaxSim(
  task: MaxSimTask,
  kernels: Kernels,
  reader: CodesReader,
): MaxSimAnswer | undefined {
  const { query, bits, rows } = task;
  const scores = new Float32Array(rows.length);
  const damages: PartDamage[] = [];
  const bm25 = task.bm25.map((work) => {
    const { query: words, frequencies, totals } = work;
    const scale = scaleOf(words, frequencies, totals);
    return { work, scale, scores: new Float32Array(rows.length) };
  });
  const sorted = sortByPart(task);
  for (const [place, part] of task.parts.entries()) {
    const { start, end } = sorted.rangeOf(place);
    if (start === end) continue;
    const positions = sorted.positions.subarray(start, end);
    for (const { work, scale, scores: into } of bm25) {
      const segment = boundPart(part, work, place);
      for (const position of positions)
        into[position] = scoreRow(segment, rows[position] ?? 0, scale);
    }
    try {
      const { bytes, rowOffsets } = tokenRowsOf(part, reader);
      const codes = { bytes, dim: query.dim, bits };
      const tokenBytes = rowBytes(query.dim, bits);
      for (let from = start; from < end; from += passagesPerLook) {
        if (isRaised(task.cancel)) return undefined;
        const to = Math.min(end, from + passagesPerLook);
        const passages = sorted.rows.subarray(from, to);
        for (const row of passages)
          reader.check(part.codes, {
            start: (rowOffsets[row] ?? 0) * tokenBytes,
            end: (rowOffsets[row + 1] ?? 0) * tokenBytes,
          });
        kernels.maxSimBatch(query, codes, rowOffsets, passages, sorted.scores.subarray(from, to));
      }
      for (let i = start; i < end; i += 1) scores[sorted.positions[i] ?? 0] = sorted.scores[i] ?? 0;
    } catch (error) {
      damages.push({ part: place, message: asDamage(error).message });
      for (const position of positions) scores[position] = NaN;
    }
  }
  return { scores, bm25: bm25.map((one) => one.scores), damages };
}

/** The passages of a task, those of each part together; within a part they keep their order. */
function sortByPart({ parts, partOf, rows }: MaxSimTask): {
  /** Places in the task. */
  readonly positions: Uint32Array;
  readonly rows: Uint32Array;
  /** Beside `rows`, to be filled. */
  readonly scores: Float32Array;
  rangeOf(part: number): { readonly start: number; readonly end: number };
} {
  const bounds = new Uint32Array(parts.length + 1);
  for (const part of partOf) bounds[part + 1] = (bounds[part + 1] ?? 0) + 1;
  for (let part = 1; part <= parts.length; part += 1)
    bounds[part] = (bounds[part] ?? 0) + (bounds[part - 1] ?? 0);
  const next = bounds.slice();
  const positions = new Uint32Array(rows.length);
  const sortedRows = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i += 1) {
    const part = partOf[i] ?? 0;
    const at = next[part] ?? 0;
    next[part] = at + 1;
    positions[at] = i;
    sortedRows[at] = rows[i] ?? 0;
  }
  return {
    positions,
    rows: sortedRows,
    scores: new Float32Array(rows.length),
    rangeOf: (part) => ({ start: bounds[part] ?? 0, end: bounds[part + 1] ?? 0 }),
  };
}

/** Evaluates a filter on flushed parts: one bitmap a part, deleted rows left out. */
function filterParts(task: FilterTask): FilterAnswer | undefined {
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

/** Rows and terms of one passage with the bits of a search. O(query rows * passage rows * dim). */
function explainPassage(task: ExplainTask, reader: CodesReader): ExplainAnswer | undefined {
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
