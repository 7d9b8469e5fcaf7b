// Picks the best rows out of score arrays. Ties are left whole: document keys decide them, elsewhere.

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
  const threshold = nthScore(segments, n);
  const picked: { segment: number; row: number; score: number }[] = [];
  if (n > 0) {
    for (const [segment, { scores, eligible }] of segments.entries()) {
      for (let row = 0; row < scores.length; row += 1) {
        const score = scores[row]!;
        if (
          score >= threshold &&
          score > 0 &&
          (eligible === undefined || isBitSet(eligible, row))
        ) {
          picked.push({ segment, row, score });
        }
      }
    }
  }
  // Picked in segment and row order, which a stable sort keeps among equal scores.
  picked.sort((a, b) => b.score - a.score);
  const last = picked.at(-1)?.score;
  const tieStart = picked.length < n ? picked.length : picked.findIndex((p) => p.score === last);
  return {
    segments: Uint32Array.from(picked, (p) => p.segment),
    rows: Uint32Array.from(picked, (p) => p.row),
    scores: Float32Array.from(picked, (p) => p.score),
    tieStart: Math.max(0, tieStart),
  };
}

/** The n-th best eligible score; 0 when fewer rows match. Keeps the n best in a heap, worst on top. */
function nthScore(segments: readonly ScoredSegment[], n: number): number {
  if (n <= 0) return 0;
  let rowTotal = 0;
  for (const { scores } of segments) rowTotal += scores.length;
  if (rowTotal < n) return 0;
  const heap = new Float32Array(n);
  let worst = 0;
  for (const { scores, eligible } of segments) {
    for (let row = 0; row < scores.length; row += 1) {
      const score = scores[row]!;
      if (score > worst && (eligible === undefined || isBitSet(eligible, row))) {
        replaceRoot(heap, score);
        worst = heap[0]!;
      }
    }
  }
  return worst;
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
