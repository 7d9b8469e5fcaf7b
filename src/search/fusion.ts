// Merges the lexical and the sketch ranking into the order in which MaxSim scores. Arithmetic only.

import { toPassageOrdinal, toSegmentOrdinal } from "../core/ids.js";
import type { PassageOrdinal, SegmentOrdinal } from "../core/ids.js";
import { compareKeys } from "../core/document.js";
import type { FusionMethod } from "../contract/search-request.js";
import type { GenerationSegment } from "../index/generation.js";
import type { ScoredPassages } from "../scoring/score.protocol.js";
import { createPassageIds } from "./passage-ids.js";

/** A passage of one source. */
export interface Candidate {
  readonly segment: SegmentOrdinal;
  readonly ordinal: PassageOrdinal;
  readonly score: number;
}

/** Rank constant of reciprocal rank fusion (Cormack, Clarke, Buettcher 2009). */
const reciprocalRankConstant = 60;

/**
 * The best `count` in the total order score, key, passage number: so that equal scores at the edge
 * are decided by the documents, not by where their passages happen to lie.
 */
export function toCandidates(
  found: readonly ScoredPassages[],
  segments: readonly GenerationSegment[],
  count: number,
): Candidate[] {
  const candidates: Candidate[] = [];
  for (const { parts, ordinals, scores } of found)
    for (const [i, ordinal] of ordinals.entries())
      candidates.push({
        segment: toSegmentOrdinal(parts[i] ?? 0),
        ordinal: toPassageOrdinal(ordinal),
        score: scores[i] ?? 0,
      });
  return candidates.sort(candidateOrder(segments)).slice(0, count);
}

/**
 * Union of both lists by falling fused score; `score` of the result is the fused one. Equal scores
 * are common (the n-th of one list alone and the n-th of the other) and go by place in the sketch
 * list, then in the lexical one: places are the documents' own, too, and no key is read.
 */
export function fuse(
  method: FusionMethod,
  lists: { readonly lexical: readonly Candidate[]; readonly sketch: readonly Candidate[] },
  {
    segments,
    lexicalWeight,
  }: { readonly segments: readonly GenerationSegment[]; readonly lexicalWeight: number },
): Candidate[] {
  const idOf = createPassageIds(segments);
  const fused = new Map<number, { -readonly [Key in keyof Candidate]: Candidate[Key] }>();
  for (const name of ["sketch", "lexical"] as const) {
    const list = lists[name];
    const weight = method === "min_max" && name === "lexical" ? lexicalWeight : 1;
    const normalize = method === "min_max" ? minMax(list) : reciprocalRank;
    for (const [place, candidate] of list.entries()) {
      const score = weight * normalize(place, candidate.score);
      const id = idOf(candidate);
      const known = fused.get(id);
      if (known === undefined) fused.set(id, { ...candidate, score });
      else known.score += score;
    }
  }
  // Sorting is stable, and the map keeps the order in which passages came.
  return [...fused.values()].sort((a, b) => b.score - a.score);
}

function reciprocalRank(place: number): number {
  return 1 / (reciprocalRankConstant + place + 1);
}

/** Scores to [0, 1] within the list; a list of equal scores is all ones. */
function minMax(list: readonly Candidate[]): (place: number, score: number) => number {
  const best = list[0]?.score ?? 0;
  const worst = list.at(-1)?.score ?? 0;
  return best === worst ? () => 1 : (_, score) => (score - worst) / (best - worst);
}

/** The total order. Keys are read for equal scores only, and once: most comparisons end before. */
function candidateOrder(
  segments: readonly GenerationSegment[],
): (a: Candidate, b: Candidate) => number {
  const keys = new Map<Candidate, string>();
  const keyOf = (candidate: Candidate): string => {
    let key = keys.get(candidate);
    if (key === undefined) {
      key = segments[candidate.segment]?.table.keyAt(candidate.ordinal) ?? "";
      keys.set(candidate, key);
    }
    return key;
  };
  const numberOf = ({ segment, ordinal }: Candidate): number =>
    segments[segment]?.table.passageNumberAt(ordinal) ?? 0;
  return (a, b) =>
    b.score - a.score || compareKeys(keyOf(a), keyOf(b)) || numberOf(a) - numberOf(b);
}
