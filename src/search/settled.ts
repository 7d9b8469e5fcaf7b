// How many leading hits cannot change any more, proved by intervals in which their final scores
// lie.

import { compareKeys } from "../core/document.js";
import { maxSimUpperBound } from "../codec/max-sim-bound.js";
import type { TokenQuery } from "../codec/codec.js";
import type { CodeBits } from "../kernels/kernels.js";
import type { Centre } from "../core/centre.js";
import { relevance } from "./blend.js";
import type { Candidate } from "./fusion.js";
import type { LexicalResult } from "./stages/lexical.js";

/** A hit's score after all work that is left in the stream lies in [lower, upper]. */
export interface ScoreInterval {
  readonly key: string;
  readonly lower: number;
  readonly upper: number;
}

/**
 * Length of the prefix of `hits` (best first) that is proved: each one's score is known (its bounds
 * are equal), nothing below it can reach it (equal scores go by key), and neither can a passage
 * that is not scored yet: those stay at or below `outsideUpper`; -Infinity when none is left. That
 * bound also holds for other passages of the hit's own document. O(hits).
 */
export function settledCount(hits: readonly ScoreInterval[], outsideUpper: number): number {
  let settled = 0;
  /** The interval below the present hit that reaches highest; of equal ones the smallest key. */
  let highest: ScoreInterval | undefined;
  const isBelow: boolean[] = [];
  for (let i = hits.length - 1; i >= 0; i -= 1) {
    const hit = hits[i];
    if (hit === undefined) continue;
    isBelow[i] = highest === undefined || comesFirst(hit.lower, hit.key, highest);
    if (highest === undefined || comesFirst(hit.upper, hit.key, highest)) highest = hit;
  }
  for (const [i, { lower, upper }] of hits.entries()) {
    if (lower !== upper || lower <= outsideUpper || isBelow[i] !== true) break;
    settled += 1;
  }
  return settled;
}

function comesFirst(score: number, key: string, other: ScoreInterval): boolean {
  return score > other.upper || (score === other.upper && compareKeys(key, other.key) < 0);
}

/** The interval of a blend whose cross-encoder part, in [0, 1] times `weight`, is not known yet. */
export function beforeCrossEncoder(
  { key, score }: { readonly key: string; readonly score: number },
  weight: number,
): ScoreInterval {
  return { key, lower: score, upper: score + weight };
}

/** The largest relevance that a passage may have which late interaction has not scored yet. */
export interface RemainingBound {
  /** After the first `scoredCount` passages of the work; -Infinity when that is all. */
  after(scoredCount: number): number;
}

/**
 * The work is `candidates` in their order and then, when `othersCount` is not 0, as many others.
 * What is not known of a passage is bounded: MaxSim by the codec's grid, BM25 by the last passage
 * that the lexical stage listed. O(candidates) once.
 */
export function createRemainingBound(work: {
  readonly candidates: readonly Candidate[];
  readonly othersCount: number;
  readonly lexical: LexicalResult;
  readonly lexicalWeight: number;
  readonly query: TokenQuery;
  readonly codes: { readonly bits: CodeBits; readonly centre: Centre | undefined };
}): RemainingBound {
  const { candidates, othersCount, lexical, lexicalWeight, query, codes } = work;
  const { bm25Top, unlistedBm25Max } = lexical;
  const maxSim = maxSimUpperBound(query, codes);
  const upper = (bm25: number): number =>
    relevance({ maxSim, bm25 }, { rowCount: query.rowCount, bm25Top, lexicalWeight });
  const others = othersCount > 0 ? upper(unlistedBm25Max) : -Infinity;
  /** At place i: the bound of candidate i and of all that follow. */
  const bounds = new Float64Array(candidates.length + 1).fill(others);
  for (let i = candidates.length - 1; i >= 0; i -= 1) {
    const candidate = candidates[i];
    const bm25 = (candidate && lexical.bm25Of(candidate)) ?? unlistedBm25Max;
    bounds[i] = Math.max(bounds[i + 1] ?? others, upper(bm25));
  }
  const total = candidates.length + othersCount;
  return {
    after: (scoredCount) =>
      scoredCount >= total
        ? -Infinity
        : (bounds[Math.min(scoredCount, candidates.length)] ?? others),
  };
}
