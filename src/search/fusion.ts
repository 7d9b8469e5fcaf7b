// Merges the lexical and the sketch ranking into the order in which MaxSim scores. Arithmetic only.

import { compareKeys } from "../core/document.js";
import type { GenerationSegment } from "../index/generation.js";
import type { ScoredRows } from "../scoring/score.protocol.js";
import type { FusionMethod } from "./request.js";

/** A passage of one source, with what breaks ties. */
export interface Candidate {
  readonly segment: number;
  readonly row: number;
  readonly score: number;
  readonly key: string;
  readonly passageNumber: number;
}

/** Rank constant of reciprocal rank fusion (Cormack, Clarke, Buettcher 2009). */
const reciprocalRankConstant = 60;

/**
 * The best `count` in the total order score, key, passage number: so that equal scores at the edge
 * are decided by the documents, not by where their passages happen to lie.
 */
export function toCandidates(
  found: ScoredRows,
  segments: readonly GenerationSegment[],
  count: number,
): Candidate[] {
  const candidates = Array.from(found.rows, (row, i): Candidate => {
    const segment = found.parts[i] ?? 0;
    const table = segments[segment]?.table;
    const score = found.scores[i] ?? 0;
    return {
      segment,
      row,
      score,
      key: table?.keyAt(row) ?? "",
      passageNumber: table?.passageNumberAt(row) ?? 0,
    };
  });
  return candidates.sort(compareCandidates).slice(0, count);
}

/** Union of both lists by falling fused score; `score` of the result is the fused one. */
export function fuse(
  method: FusionMethod,
  lists: { readonly lexical: readonly Candidate[]; readonly sketch: readonly Candidate[] },
  lexicalWeight: number,
): Candidate[] {
  const fused = new Map<string, Candidate>();
  const add = (candidate: Candidate, score: number): void => {
    const id = `${candidate.segment}:${candidate.row}`;
    const before = fused.get(id)?.score ?? 0;
    fused.set(id, { ...candidate, score: before + score });
  };
  for (const [name, list] of [
    ["sketch", lists.sketch],
    ["lexical", lists.lexical],
  ] as const) {
    const weight = method === "min_max" && name === "lexical" ? lexicalWeight : 1;
    const normalize = method === "min_max" ? minMax(list) : reciprocalRank;
    for (const [place, candidate] of list.entries())
      add(candidate, weight * normalize(place, candidate.score));
  }
  return [...fused.values()].sort(compareCandidates);
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

function compareCandidates(a: Candidate, b: Candidate): number {
  return b.score - a.score || compareKeys(a.key, b.key) || a.passageNumber - b.passageNumber;
}
