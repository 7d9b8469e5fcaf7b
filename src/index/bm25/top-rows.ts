// Picks the best rows out of score arrays. Ties are left whole: document keys decide them,
// elsewhere.

import { isBitSet } from "./bits.js";

export interface ScoredSegment {
  /** One score a row; rows of score 0 or less are never picked. */
  readonly scores: Float32Array;
  /** Bit set: the row may be returned. Undefined: every row may. */
  readonly eligible?: Uint8Array | undefined;
}

/** Rows by falling score, then segment, then row. The arrays have one entry a row. */
export interface TopRows {
  readonly segments: Uint32Array;
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
  /**
   * Entries before this index are in the top whatever the tie-break. Those from it on all have the
   * score of the last place, and may be more than there are places: `length - tieStart` of them
   * compete for `n - tieStart` places.
   */
  readonly tieStart: number;
}

/**
 * The exact top `n` of the eligible rows, with every row that ties with the n-th.
 * So the arrays hold fewer than `n` entries only when fewer rows match. O(rows + matches log n).
 */
export function selectTopRows(segments: readonly ScoredSegment[], n: number): TopRows {
  const { candidates, threshold } = findCandidates(segments, n);
  const picked = candidates.filter(({ score }) => score >= threshold);
  // Found in segment and row order, which a stable sort keeps among equal scores.
  picked.sort((a, b) => b.score - a.score);
  const isFull = n > 0 && picked.length >= n;
  return {
    segments: Uint32Array.from(picked, ({ segment }) => segment),
    rows: Uint32Array.from(picked, ({ row }) => row),
    scores: Float32Array.from(picked, ({ score }) => score),
    tieStart: isFull ? picked.findIndex(({ score }) => score === threshold) : picked.length,
  };
}

interface Candidate {
  readonly segment: number;
  readonly row: number;
  readonly score: number;
}

/**
 * All rows that may be in the top, in segment and row order, and the n-th best score (0 when fewer
 * rows match). One pass: a heap of the n best scores so far, worst on top, says what cannot be.
 */
function findCandidates(
  segments: readonly ScoredSegment[],
  n: number,
): { candidates: Candidate[]; threshold: number } {
  const candidates: Candidate[] = [];
  if (n <= 0) return { candidates, threshold: 0 };
  const heap = new Float32Array(n);
  let worst = 0;
  for (const [segment, { scores, eligible }] of segments.entries()) {
    for (let row = 0; row < scores.length; row += 1) {
      const score = scores[row]!;
      if (score < worst || score <= 0) continue;
      if (eligible !== undefined && !isBitSet(eligible, row)) continue;
      candidates.push({ segment, row, score });
      if (score === worst) continue;
      replaceRoot(heap, score);
      worst = heap[0]!;
    }
  }
  return { candidates, threshold: worst };
}

/** The heap starts as all zeros, which stand for places not taken. */
function replaceRoot(heap: Float32Array, score: number): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child += 1;
    if (heap[child]! >= score) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = score;
}
