// The end of late interaction where the collection has a refine plane: the best passages by codes
// get their scores from it, and these scores alone order the final ranking.

import type { RefineQuery } from "../codec/codec.js";
import { present } from "../core/assert.js";
import type { BestPassage } from "./best-passages.js";
import { relevance } from "./blend.js";
import { createPassageIds } from "./passage-ids.js";
import type { SearchPlan } from "./plan.js";
import { createRanking, compareRanked } from "./ranking.js";
import type { RankedPassage } from "./ranking.js";
import type { SearchDeps } from "./search-deps.js";
import { refineStage, refineWidthsOf } from "./stages/refine.js";

export interface RankingByCodes {
  /** Best first; as many as are shown or re-ranked. */
  readonly ranked: readonly RankedPassage[];
  /** Best first, several per document. */
  readonly passages: readonly BestPassage[];
  /** What turns MaxSim into a score. */
  readonly scale: Parameters<typeof relevance>[1];
}

export interface RefinedRanking extends Pick<RankingByCodes, "ranked" | "passages"> {
  /** Passages that have their score from the refine plane. */
  readonly refinedCount: number;
  readonly damages: readonly string[];
}

/** Documents that are kept: those shown, and those that a cross-encoder may bring up. */
export function rankedCount({ k, rerank }: SearchPlan): number {
  return Math.max(k, rerank?.depth ?? 0);
}

/** Passages that are refined: more than are shown, since codes may have misplaced some. */
export function refinedCountMax(plan: SearchPlan): number {
  return Math.max(plan.refinePoolSize, 2 * rankedCount(plan));
}

/**
 * Refines the best passages, and what the ranking shows beside them because of its order or its
 * groups. Undefined when cancelled.
 */
export async function refineRanking(
  deps: SearchDeps,
  plan: SearchPlan,
  { ranked, passages, scale, query }: RankingByCodes & { readonly query: RefineQuery },
): Promise<RefinedRanking | undefined> {
  const { segments } = deps.generation;
  const refine = present(refineWidthsOf(deps.settings), "the plan asks for a plane that is there");
  const idOf = createPassageIds(segments);
  const best = plan.order === undefined ? passages.slice(0, refinedCountMax(plan)) : [];
  const chosen = new Map([...best, ...ranked].map((passage) => [idOf(passage), passage]));
  const found = await refineStage(deps, [...chosen.values()], { query, refine });
  if (found === undefined) return undefined;
  const ranking = createRanking(segments, { ...plan, k: rankedCount(plan) });
  const scoreOf = new Map<number, number>();
  let place = 0;
  for (const [id, { segment, ordinal, bm25 = 0 }] of chosen) {
    const maxSim = found.scores[place] ?? NaN;
    place += 1;
    const score = Number.isNaN(maxSim) ? -Infinity : relevance({ maxSim, bm25 }, scale);
    scoreOf.set(id, score);
    if (isShown(score, plan)) ranking.offer({ segment, ordinal, score, maxSim, bm25 });
  }
  const rescored = passages
    .map((passage) => ({ ...passage, score: scoreOf.get(idOf(passage)) ?? passage.score }))
    .filter(({ score }) => isShown(score, plan))
    .sort(compareRanked);
  const { damages } = found;
  return { ranked: ranking.top(), passages: rescored, refinedCount: chosen.size, damages };
}

function isShown(score: number, { minScore = -Infinity }: SearchPlan): boolean {
  return score > -Infinity && score >= minScore;
}
