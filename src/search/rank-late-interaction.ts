// Late interaction as a ranking that grows: batch by batch passages get their score, and each batch
// that makes a better ranking offers it.

import type { EncodedQuery } from "../codec/codec.js";
import { createBestPassages } from "./best-passages.js";
import { relevance } from "./blend.js";
import type { Candidate } from "./fusion.js";
import type { SearchPlan } from "./plan.js";
import { degrade, noteOverrun, startTimer } from "./progress.js";
import { createRanking } from "./ranking.js";
import type { BaseRanking } from "./rerank-top.js";
import { rankedCount, refineRanking, refinedCountMax } from "./refine-ranking.js";
import type { RefinedRanking } from "./refine-ranking.js";
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
  readonly query: EncodedQuery;
  readonly lexical: LexicalResult;
  readonly found: CandidatesResult;
  /** In the order in which they are scored. */
  readonly candidates: readonly Candidate[];
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
  const scoring = { query: query.tokens, candidates, bm25: lexical.work, isExhaustive };
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
    if (!hasRanked) return undefined;
    const { ranking, best, partsOf } = state;
    const base = {
      ranked: ranking.top(),
      passages: best?.top() ?? [],
      partsOf,
      query: query.tokens,
    };
    if (!state.isToRefine || query.refine === undefined || limit.isOver()) return base;
    const byCodes = { ...base, scale: state.scale, query: query.refine };
    const refining = refineRanking(limit.deps, plan, byCodes);
    const refined = await waitForStage(run, "late_interaction", refining);
    noteTime();
    if (refined === undefined) {
      if (limit.isOver()) noteOverrun(progress, "late_interaction", lateInteractionMs);
      return base;
    }
    for (const message of refined.damages)
      degrade(progress, "CORRUPT_PASSAGES", { message, stages: ["late_interaction"] });
    offerRefined(run, refined, partsOf);
    return { ...base, ranked: refined.ranked, passages: refined.passages };
  } finally {
    limit.end();
  }
}

/** What was scored so far. */
interface RankingState {
  readonly isExhaustive: boolean;
  /** Scores are provisional: the refine plane orders the best passages. */
  readonly isToRefine: boolean;
  readonly scale: Parameters<typeof relevance>[1];
  readonly ranking: ReturnType<typeof createRanking>;
  /** Passages that are refined or may be in the context. Absent when neither is asked for. */
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
  const { tokens } = query;
  const isExhaustive = passageCount <= plan.exhaustiveBelowPassages;
  const isToRefine = plan.refinePoolSize > 0;
  const bestCount = Math.max(
    plan.context === undefined ? 0 : passagesPerHit * plan.k,
    isToRefine ? refinedCountMax(plan) : 0,
  );
  return {
    isExhaustive,
    isToRefine,
    scale: { rowCount: tokens.rowCount, bm25Top: lexical.bm25Top, lexicalWeight },
    ranking: createRanking(segments, { ...plan, k: rankedCount(plan) }),
    best: bestCount === 0 ? undefined : createBestPassages(segments, bestCount),
    remaining: createRemainingBound({
      candidates,
      othersCount: isExhaustive ? passageCount - candidates.length : 0,
      lexical,
      lexicalWeight,
      query: tokens,
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
  const { ranking, best, scale, isToRefine } = state;
  state.scoredCount += passages.length;
  for (const [i, { segment, ordinal }] of passages.entries()) {
    const maxSim = scores[i] ?? 0;
    // Damaged, and noted so.
    if (Number.isNaN(maxSim)) continue;
    const bm25 = bm25Scores?.[i] ?? 0;
    const score = relevance({ maxSim, bm25 }, scale);
    const isShown = minScore === undefined || score >= minScore;
    if (isShown) ranking.offer({ segment, ordinal, score, maxSim, bm25 });
    if (isShown || isToRefine) best?.offer({ segment, ordinal, score, bm25 });
  }
}

function offerRanking(
  run: ScopedRun,
  { ranking, remaining, partsOf, scoredCount, isToRefine }: RankingState,
): void {
  const ranked = ranking.top().slice(0, run.plan.k);
  const intervals = ranked.map(({ key, score }) => ({ key, lower: score, upper: score }));
  const isOpen = isToRefine || !isLast(run.plan);
  const outside = isOpen ? Infinity : remaining.after(scoredCount);
  offerDraft(run, {
    stage: "late_interaction",
    ranked,
    partsOf,
    settledCount: settledCount(intervals, outside),
    isExact: !isToRefine,
    coverage: { maxSimScored: scoredCount },
  });
}

/** What is still to be re-ranked may go anywhere, and so may what is sorted by a field. */
function isLast({ rerank, order }: SearchPlan): boolean {
  return rerank === undefined && order === undefined;
}

function offerRefined(
  run: ScopedRun,
  { ranked, refinedCount }: RefinedRanking,
  partsOf: BaseRanking["partsOf"],
): void {
  const shown = ranked.slice(0, run.plan.k);
  offerDraft(run, {
    stage: "late_interaction",
    ranked: shown,
    partsOf,
    settledCount: isLast(run.plan) ? shown.length : 0,
    coverage: { refined: refinedCount },
  });
}
