// The best k documents so far, in the order that every ranking has: score, then key.

import { compareKeys } from "../core/document.js";
import type { GenerationSegment } from "../index/generation.js";

/** A passage that stands for its document. */
export interface RankedPassage {
  readonly key: string;
  readonly score: number;
  readonly segment: number;
  readonly row: number;
  readonly passageNumber: number;
  /** Sum over query rows; undefined where MaxSim was not run. */
  readonly maxSim: number | undefined;
  /** Undefined where it is not known. */
  readonly bm25: number | undefined;
}

export interface ScoredPassage {
  readonly segment: number;
  readonly row: number;
  readonly score: number;
  readonly maxSim?: number | undefined;
  readonly bm25?: number | undefined;
}

export interface Ranking {
  /** Takes a passage into account: a document counts with its best one. O(k) at worst. */
  offer(passage: ScoredPassage): void;
  /** Best first, at most k: a copy. */
  top(): readonly RankedPassage[];
}

/** Scores descending, then keys ascending as UTF-8 bytes, then passage numbers. A total order. */
export function compareRanked(
  a: { score: number; key: string; passageNumber: number },
  b: { score: number; key: string; passageNumber: number },
): number {
  return b.score - a.score || compareKeys(a.key, b.key) || a.passageNumber - b.passageNumber;
}

export function createRanking(segments: readonly GenerationSegment[], k: number): Ranking {
  let top: RankedPassage[] = [];
  const offer = ({ segment, row, score, maxSim, bm25 }: ScoredPassage): void => {
    const last = top[k - 1];
    // Most passages end here, before their key is read.
    if (last !== undefined && score < last.score) return;
    const table = segments[segment]?.table;
    if (table === undefined) return;
    const key = table.keyAt(row);
    const passageNumber = table.passageNumberAt(row);
    const entry: RankedPassage = { key, score, segment, row, passageNumber, maxSim, bm25 };
    const before = top.findIndex((ranked) => ranked.key === key);
    const known = top[before];
    if (known !== undefined) {
      if (compareRanked(known, entry) <= 0) return;
      top.splice(before, 1);
    }
    top.splice(placeOf(top, entry), 0, entry);
    if (top.length > k) top = top.slice(0, k);
  };
  return { offer, top: () => [...top] };
}

/** First place whose entry comes after `entry`. */
function placeOf(sorted: readonly RankedPassage[], entry: RankedPassage): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = sorted[middle];
    if (other !== undefined && compareRanked(other, entry) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
