// What a scoring worker does with a task. Pure but for the shared memory it reads.

import { isRaised } from "../core/cancel-flag.js";
import { isSluiceError } from "../core/errors.js";
import { rowCountOf, scoreBm25 } from "../index/bm25/bm25.js";
import { eligibleRowsOf } from "../index/eligible-rows.js";
import { selectTopRows } from "../index/bm25/top-rows.js";
import type { CodesReader } from "../index/segment-codes.js";
import { rowBytes } from "../kernels/kernels.js";
import type { Kernels } from "../kernels/kernels.js";
import { bm25SegmentOf, tokenRowsOf } from "./part-views.js";
import { scanRanges } from "./scan-ranges.js";
import type {
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
    case "lexical":
      return scoreLexical(task);
    case "scan":
      return scanRanges(task, kernels);
    case "maxsim":
      return scoreMaxSim(task, kernels, reader);
  }
}

function scoreLexical(task: LexicalTask): LexicalAnswer | undefined {
  const segments = task.parts.map((part, i) => bm25SegmentOf(part, task.liveTermIds[i]));
  const rowCounts = segments.map(rowCountOf);
  const total = rowCounts.reduce((sum, count) => sum + count, 0);
  const shared = new SharedArrayBuffer(4 * total);
  let end = 0;
  const scores = rowCounts.map((count) => {
    const view = new Float32Array(shared, 4 * end, count);
    end += count;
    return view;
  });
  const { terms, totals, cancel } = task;
  const done = scoreBm25({ segments, terms, totals, scores, isCancelled: () => isRaised(cancel) });
  if (done === undefined) return undefined;
  const top = selectTopRows(
    scores.map((array, i) => ({ scores: array, eligible: eligibleRowsOf(task.eligible, i) })),
    task.topCount,
  );
  return { scores: shared, top: { parts: top.segments, rows: top.rows, scores: top.scores } };
}

/** Passages between two looks at the cancel flag: well below half a millisecond of native work. */
const passagesPerLook = 64;

function scoreMaxSim(
  task: MaxSimTask,
  kernels: Kernels,
  reader: CodesReader,
): MaxSimAnswer | undefined {
  const { query, bits, partOf, rows } = task;
  const scores = new Float32Array(rows.length);
  const damages: PartDamage[] = [];
  for (const [place, part] of task.parts.entries()) {
    const positions: number[] = [];
    for (let i = 0; i < rows.length; i += 1) if (partOf[i] === place) positions.push(i);
    try {
      const { bytes, rowOffsets } = tokenRowsOf(part, reader);
      const codes = { bytes, dim: query.dim, bits };
      const tokenBytes = rowBytes(query.dim, bits);
      for (let start = 0; start < positions.length; start += passagesPerLook) {
        if (isRaised(task.cancel)) return undefined;
        const batch = positions.slice(start, start + passagesPerLook);
        const passages = Uint32Array.from(batch, (position) => rows[position] ?? 0);
        for (const row of passages)
          reader.check(part.codes, {
            start: (rowOffsets[row] ?? 0) * tokenBytes,
            end: (rowOffsets[row + 1] ?? 0) * tokenBytes,
          });
        const batchScores = new Float32Array(batch.length);
        kernels.maxSimBatch(query, codes, rowOffsets, passages, batchScores);
        for (const [i, position] of batch.entries()) scores[position] = batchScores[i] ?? 0;
      }
    } catch (error) {
      if (!isSluiceError(error) || error.reason !== "DATA_CORRUPT") throw error;
      damages.push({ part: place, message: error.message });
      for (const position of positions) scores[position] = NaN;
    }
  }
  return { scores, damages };
}
