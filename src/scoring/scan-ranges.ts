// The sketch scan of some ranges of ordinals: exact top N, ties of the last place included.

import { isRaised } from "../core/cancel-flag.js";
import { eligibleOf } from "../index/eligible-passages.js";
import { rowBytes } from "../kernels/kernels.js";
import type { Kernels } from "../kernels/kernels.js";
import { eligibleBits, sketchesOf, tombstonesOf } from "./part-views.js";
import type { ScanAnswer, ScanTask } from "./score.protocol.js";

interface FoundPassage {
  readonly part: number;
  readonly ordinal: number;
  readonly score: number;
}

/** Passages between two reads of the cancel flag. */
const passagesPerLook = 16_384;

export function scanRanges(task: ScanTask, kernels: Kernels): ScanAnswer | undefined {
  let found: FoundPassage[] = [];
  for (const range of task.ranges) {
    for (let start = range.start; start < range.end; start += passagesPerLook) {
      if (isRaised(task.cancel)) return undefined;
      const end = Math.min(range.end, start + passagesPerLook);
      // Once there are enough, only passages as good as the worst of them matter: most of the
      // selection is saved.
      const scoreMin = found.length < task.topCount ? undefined : found.at(-1)?.score;
      const more = scanOrdinals(task, kernels, { part: range.part, start, end, scoreMin });
      found = mergeTops(found, more, task.topCount);
    }
  }
  return { top: toScoredPassages(found) };
}

function toScoredPassages(found: readonly FoundPassage[]): ScanAnswer["top"] {
  const parts = new Uint32Array(found.length);
  const ordinals = new Uint32Array(found.length);
  const scores = new Int32Array(found.length);
  for (const [i, { part, ordinal, score }] of found.entries()) {
    parts[i] = part;
    ordinals[i] = ordinal;
    scores[i] = score;
  }
  return { parts, ordinals, scores };
}

interface OrdinalRange {
  readonly part: number;
  readonly start: number;
  readonly end: number;
  readonly scoreMin: number | undefined;
}

function scanOrdinals(
  task: ScanTask,
  kernels: Kernels,
  { part: place, start, end, scoreMin }: OrdinalRange,
): FoundPassage[] {
  const part = task.parts[place];
  if (part === undefined) return [];
  const { query, bits } = task;
  const sketchBytes = rowBytes(query.dim, bits);
  const bytes = sketchesOf(part).subarray(start * sketchBytes, end * sketchBytes);
  const count = end - start;
  const eligible =
    eligibleOf(task.eligible, place)?.subarray(start >>> 3, (end + 7) >>> 3) ??
    eligibleBits(tombstonesOf(part), { start, count });
  // Equal scores at the edge are ordered by document key, which is not known here: so all of
  // them are wanted, and the scan is repeated with more room in the rare case that some fell out.
  for (let topCount = Math.min(task.topCount, count); ; topCount = Math.min(2 * topCount, count)) {
    const ordinals = new Uint32Array(topCount);
    const scores = new Int32Array(topCount);
    const result = kernels.sketchScan(
      query.rows,
      { bytes, dim: query.dim, bits },
      count,
      eligible,
      topCount,
      ordinals,
      scores,
      scoreMin,
    );
    if (result.tiesDropped && topCount < count) continue;
    const found: FoundPassage[] = [];
    for (let i = 0; i < result.count; i += 1)
      found.push({ part: place, ordinal: start + (ordinals[i] ?? 0), score: scores[i] ?? 0 });
    return found;
  }
}

/**
 * The best `count` of two lists of falling scores, with all ties of the last place; of equal scores
 * those of the first list stand first.
 */
function mergeTops(
  first: readonly FoundPassage[],
  second: readonly FoundPassage[],
  count: number,
): FoundPassage[] {
  const merged: FoundPassage[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [a, b] = [first[i], second[j]];
    const isFirst = b === undefined || (a !== undefined && a.score >= b.score);
    const next = isFirst ? a : b;
    if (next === undefined) return merged;
    if (merged.length >= count && next.score !== merged.at(-1)?.score) return merged;
    merged.push(next);
    if (isFirst) i += 1;
    else j += 1;
  }
}
