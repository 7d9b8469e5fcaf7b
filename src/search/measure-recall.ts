// The pool size that one sample query needs: every passage is scored exactly, and the exact best
// are looked up in the ranking by sketches.

import { isEmptyQuery } from "../analysis/lexical-query.js";
import { SluiceError } from "../core/errors.js";
import { conformalLowerBound } from "../eval/conformal.js";
import type { EncodedQuery } from "../codec/codec.js";
import type { RecallEstimate } from "../store/stored-values.js";
import { createBestPassages } from "./best-passages.js";
import { relevance } from "./blend.js";
import type { SearchPlan } from "./plan.js";
import { createRanking } from "./ranking.js";
import type { RankedPassage } from "./ranking.js";
import { refineRanking, refinedCountMax } from "./refine-ranking.js";
import type { ScopedDeps, SearchDeps } from "./search-deps.js";
import { candidatesStage } from "./stages/candidates.js";
import { filterStage } from "./stages/filter.js";
import { lateInteractionBatches } from "./stages/late-interaction.js";
import { lexicalStage, noLexicalResult } from "./stages/lexical.js";
import type { LexicalResult } from "./stages/lexical.js";

export interface SampleDepths {
  /**
   * For each document of the exact top `plan.k`, best first: the least sketch pool with which its
   * best passage is scored. 0: the words bring it; Infinity: it is not among the best
   * `plan.sketchPoolSize`.
   */
  readonly depths: readonly number[];
  readonly hasWords: boolean;
}

/**
 * A pool is the best by BM25 with the best by sketch, so pools are nested, and a document whose
 * best passage is in one has its exact score there: it is among that pool's top as it is among the
 * exact one. (A document may be found by another of its passages too: what is counted is a lower
 * bound.) Costs one exhaustive search, and holds the scores of the best alone. Throws
 * MODEL_REQUIRED, what an encoding throws, and the signal's reason.
 */
export async function measureDepths(deps: SearchDeps, plan: SearchPlan): Promise<SampleDepths> {
  const { signal } = deps;
  const encoding = deps.encodeQuery();
  if (encoding === undefined)
    throw new SluiceError(
      "MODEL_REQUIRED",
      `collection "${deps.settings.name}" has no usable model; send the vectors of the samples`,
      { field: "samples" },
    );
  const query = await encoding;
  const scope = finished(await filterStage(deps, undefined), signal);
  const scoped = { ...deps, scope };
  const hasWords = !isEmptyQuery(plan.lexical);
  const lexical = hasWords ? finished(await lexicalStage(scoped, plan), signal) : noLexicalResult;
  const { sketches } = finished(
    await candidatesStage(scoped, plan, { query: query.sketch, lexical }),
    signal,
  );
  const top = await exactTop(scoped, plan, { query, lexical });
  const ranks = new Map(sketches.map((one, i) => [placeId(one), i + 1]));
  const byWords = new Set(lexical.candidates.map(placeId));
  const depths = top.map((hit) => {
    const id = placeId(hit);
    return byWords.has(id) ? 0 : (ranks.get(id) ?? Infinity);
  });
  return { depths, hasWords };
}

async function exactTop(
  deps: ScopedDeps,
  plan: SearchPlan,
  { query, lexical }: { readonly query: EncodedQuery; readonly lexical: LexicalResult },
): Promise<readonly RankedPassage[]> {
  const { tokens } = query;
  const { segments } = deps.generation;
  const ranking = createRanking(segments, { k: plan.k });
  const refine = plan.refinePoolSize > 0 ? query.refine : undefined;
  const best = refine && createBestPassages(segments, refinedCountMax(plan));
  const { bm25Top } = lexical;
  const scale = { rowCount: tokens.rowCount, bm25Top, lexicalWeight: plan.lexicalWeight };
  const work = { query: tokens, candidates: [], bm25: lexical.work, isExhaustive: true };
  for (const promise of lateInteractionBatches(deps, plan, work)) {
    const {
      passages,
      scores,
      bm25: [bm25Scores],
    } = finished(await promise, deps.signal);
    for (const [i, { segment, ordinal }] of passages.entries()) {
      const maxSim = scores[i] ?? NaN;
      // Damaged: searches do not find it either, and report it.
      if (Number.isNaN(maxSim)) continue;
      const bm25 = bm25Scores?.[i] ?? 0;
      const score = relevance({ maxSim, bm25 }, scale);
      ranking.offer({ segment, ordinal, maxSim, bm25, score });
      best?.offer({ segment, ordinal, bm25, score });
    }
  }
  if (refine === undefined || best === undefined) return ranking.top();
  const byCodes = { ranked: ranking.top(), passages: best.top(), scale, query: refine };
  return finished(await refineRanking(deps, plan, byCodes), deps.signal).ranked;
}

/** Recall at each pool size: the mean over the samples, and what a share of queries reaches. */
export function estimateRecall(
  samples: readonly SampleDepths[],
  { poolSizes, confidence }: { readonly poolSizes: readonly number[]; readonly confidence: number },
): RecallEstimate[] {
  return poolSizes.map((poolSize) => {
    const recalls = samples.map(({ depths }) => {
      const found = depths.filter((depth) => depth <= poolSize).length;
      return depths.length === 0 ? 1 : found / depths.length;
    });
    const total = recalls.reduce((sum, recall) => sum + recall, 0);
    const recall = total / Math.max(1, recalls.length);
    return { poolSize, recall, recallLowerBound: conformalLowerBound(recalls, { confidence }) };
  });
}

function finished<T>(answer: T | undefined, signal: AbortSignal): T {
  if (answer !== undefined) return answer;
  signal.throwIfAborted();
  throw new SluiceError("CANCELLED", "the caller disconnected");
}

function placeId({ segment, ordinal }: { segment: number; ordinal: number }): number {
  return segment * 2 ** 32 + ordinal;
}
