// Late interaction as a ranking that grows: batch by batch passages get their score, and each batch
// that makes a better ranking offers it.

import type { TokenQuery } from "../codec/codec.js";
import { createBestPassages } from "./best-passages.js";
import { relevance } from "./blend.js";
import type { Candidate } from "./fusion.js";
import type { SearchPlan } from "./plan.js";
import { degrade, noteOverrun, startTimer } from "./progress.js";
import { createRanking } from "./ranking.js";
import type { BaseRanking } from "./rerank-top.js";
import { offerDraft, waitForStage } from "./search-run.js";
import type { ScopedRun } from "./search-run.js";
import { createRemainingBound, settledCount } from "./settled.js";
import type { RemainingBound } from "./settled.js";
import { limitStage } from "./stage-limit.js";
import type { CandidatesResult } from "./stages/candidates.js";
import { lateInteractionBatches } from "./stages/late-interaction.js";
import type { ScoredBatch } from "./stages/late-interaction.js";
import type { LexicalResult } from "./stages/lexical.js";

export interface LateInteractionWork {
  readonly query: TokenQuery;
  readonly lexical: LexicalResult;
  readonly found: CandidatesResult;
  /** In the order in which they are scored. */
  readonly candidates: readonly Candidate[];
}

/** Documents that are kept: those shown, and those that a cross-encoder may bring up. */
export function rankedCount({ k, rerank }: SearchPlan): number {
  return Math.max(k, rerank?.depth ?? 0);
}

/**
 * Returns the ranking for a cross-encoder, or undefined when time ran out before one was complete.
 */
export async function rankLateInteraction(
  run: ScopedRun,
  work: LateInteractionWork,
): Promise<BaseRanking | undefined> {
  const { deps, plan, progress } = run;
  const state = startRanking(run, work);
  const startMs = deps.clock();
  const noteTime = startTimer(progress, "lateInteraction");
  const { lateInteractionMs } = plan.stageBudgets;
  const limit = limitStage(deps, lateInteractionMs);
  const { query, candidates, lexical } = work;
  const { isExhaustive } = state;
  const scoring = { query, candidates, bm25: lexical.work, isExhaustive };
  let hasRanked = false;
  try {
    for (const promise of lateInteractionBatches(limit.deps, plan, scoring)) {
      const batch = await waitForStage(run, "late_interaction", promise);
      noteTime();
      if (batch === undefined) {
        if (!limit.isOver()) return undefined;
        noteOverrun(progress, "late_interaction", lateInteractionMs);
        break;
      }
      for (const message of batch.damages)
        degrade(progress, "CORRUPT_PASSAGES", { message, stages: ["late_interaction"] });
      rankBatch(state, plan, batch);
      // A ranking of a few of the candidates only would be poorer than the one before it.
      if (state.scoredCount < Math.min(candidates.length, 2 * plan.k)) continue;
      if (!hasRanked) deps.times.note("late_interaction", deps.clock() - startMs);
      hasRanked = true;
      offerRanking(run, state);
    }
  } finally {
    limit.end();
  }
  const { ranking, best, partsOf } = state;
  if (!hasRanked) return undefined;
  return { ranked: ranking.top(), passages: best?.top() ?? [], partsOf, query };
}

/** What was scored so far. */
interface RankingState {
  readonly isExhaustive: boolean;
  readonly scale: Parameters<typeof relevance>[1];
  readonly ranking: ReturnType<typeof createRanking>;
  /** Passages that the context may contain. Absent when the request has no context. */
  readonly best: ReturnType<typeof createBestPassages> | undefined;
  readonly remaining: RemainingBound;
  readonly partsOf: BaseRanking["partsOf"];
  scoredCount: number;
}

/** Passages that are kept for a context, for each hit that is shown. */
const passagesPerHit = 8;

function startRanking(
  { deps, plan }: ScopedRun,
  { query, lexical, found, candidates }: LateInteractionWork,
): RankingState {
  const { segments } = deps.generation;
  const { passageCount } = deps.scope;
  const { lexicalWeight } = plan;
  const { bits, centring } = deps.settings;
  const isExhaustive = passageCount <= plan.exhaustiveBelowPassages;
  return {
    isExhaustive,
    scale: { rowCount: query.rowCount, bm25Top: lexical.bm25Top, lexicalWeight },
    ranking: createRanking(segments, { ...plan, k: rankedCount(plan) }),
    best: plan.context && createBestPassages(segments, passagesPerHit * plan.k),
    remaining: createRemainingBound({
      candidates,
      othersCount: isExhaustive ? passageCount - candidates.length : 0,
      lexical,
      lexicalWeight,
      query,
      codes: { bits, centre: centring?.centre },
    }),
    partsOf: (passage) => ({
      bm25: passage.bm25,
      sketch: found.sketchOf(passage),
      maxsim: passage.maxSim,
    }),
    scoredCount: 0,
  };
}

function rankBatch(
  state: RankingState,
  { minScore }: SearchPlan,
  { passages, scores, bm25: [bm25Scores] }: ScoredBatch,
): void {
  const { ranking, best, scale } = state;
  state.scoredCount += passages.length;
  for (const [i, { segment, ordinal }] of passages.entries()) {
    const maxSim = scores[i] ?? 0;
    // Damaged, and noted so.
    if (Number.isNaN(maxSim)) continue;
    const bm25 = bm25Scores?.[i] ?? 0;
    const score = relevance({ maxSim, bm25 }, scale);
    if (minScore !== undefined && score < minScore) continue;
    ranking.offer({ segment, ordinal, score, maxSim, bm25 });
    best?.offer({ segment, ordinal, score });
  }
}

function offerRanking(
  run: ScopedRun,
  { ranking, remaining, partsOf, scoredCount }: RankingState,
): void {
  const { k, rerank, order } = run.plan;
  const ranked = ranking.top().slice(0, k);
  const intervals = ranked.map(({ key, score }) => ({ key, lower: score, upper: score }));
  // What is still to be re-ranked may go anywhere, and so may what is sorted by a field.
  const isByScore = rerank === undefined && order === undefined;
  const outside = isByScore ? remaining.after(scoredCount) : Infinity;
  offerDraft(run, {
    stage: "late_interaction",
    ranked,
    partsOf,
    settledCount: settledCount(intervals, outside),
    coverage: { maxSimScored: scoredCount },
  });
}
