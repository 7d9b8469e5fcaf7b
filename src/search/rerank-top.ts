// The last stage of a search: a cross-encoder moves the top of the ranking that is there.

import { SluiceError } from "../core/errors.js";
import type { ScoreParts, SearchUpdate } from "../contract/search-update.js";
import type { BestPassage } from "./best-passages.js";
import { limitStage } from "./stage-limit.js";
import type { RerankPlan, SearchPlan } from "./plan.js";
import { compareRanked } from "./ranking.js";
import type { RankedPassage } from "./ranking.js";
import type { Reranker } from "./reranker.js";
import type { ScopedContext } from "./search-context.js";
import { beforeCrossEncoder, settledCount } from "./settled.js";
import { crossEncoderBatches } from "./stages/cross-encoder.js";
import type { UpdateStream } from "./update-stream.js";

/** A ranking that is complete but for the cross-encoder. */
export interface BaseRanking {
  /** Best first; as many as are shown or re-ranked. */
  readonly ranked: readonly RankedPassage[];
  /** The best passages, other ones of the same documents among them; empty: nobody needs them. */
  readonly passages: readonly BestPassage[];
  partsOf(passage: RankedPassage): ScoreParts;
}

/**
 * score = score before + weight * relevance, so that whatever is re-ranked stays above whatever is
 * not: each batch makes the ranking better, and ending after any of them leaves a good one. A model
 * that is absent, fails or is late leaves the rest of the order as it was, and that is said.
 */
export async function* rerankTop(
  context: ScopedContext,
  plan: SearchPlan & { readonly rerank: RerankPlan },
  updates: UpdateStream,
  base: BaseRanking,
): AsyncGenerator<SearchUpdate, void, void> {
  const { times } = context;
  if (base.ranked.length === 0) return;
  const finding = findReranker(context, plan, updates);
  const reranker = yield* updates.timed(undefined, finding, "cross_encoder");
  if (reranker === undefined) return;
  if (!updates.fits("cross_encoder", times.expectedMs("cross_encoder"))) {
    times.skipped("cross_encoder");
    return;
  }
  const limit = limitStage(context, plan.stageBudgets.crossEncoderMs);
  const passages = base.ranked.slice(0, depthUnderPressure(context, plan, updates));
  const rerank = createBlend(plan, base);
  const noteTime = updates.startClock("crossEncoder");
  const startMs = context.clock();
  const stop = new AbortController();
  try {
    const work = { reranker, rerank: plan.rerank, passages };
    const reading = { ...limit.context, signal: AbortSignal.any([context.signal, stop.signal]) };
    for (const promise of crossEncoderBatches(reading, plan, work)) {
      const batch = yield* updates.timed(undefined, limit.orOver(promise), "cross_encoder");
      noteTime();
      if (batch === undefined && limit.isOver())
        updates.overrun("cross_encoder", plan.stageBudgets.crossEncoderMs);
      if (batch === undefined) return;
      if ("failure" in batch) {
        const message = `"${reranker.name}" failed, so ${rerank.count} of ${passages.length} documents are re-ranked: ${batch.failure}`;
        updates.degrade("CROSS_ENCODER_FAILED", { message, stages: ["cross_encoder"] });
        return;
      }
      for (const message of batch.damages)
        updates.degrade("CORRUPT_PASSAGES", { message, stages: ["cross_encoder"] });
      if (rerank.count === 0) times.note("cross_encoder", context.clock() - startMs);
      for (const [i, passage] of batch.passages.entries())
        rerank.take(passage, batch.relevances[i]);
      updates.offer(rerank.draft(passages.length));
    }
  } finally {
    stop.abort();
    limit.end();
  }
}

/** Undefined, and said, when there is none. */
async function findReranker(
  context: ScopedContext,
  { rerank: { model }, phrasings }: SearchPlan & { readonly rerank: RerankPlan },
  updates: UpdateStream,
): Promise<Reranker | undefined> {
  const stages = ["cross_encoder"] as const;
  if (phrasings[0]?.text.trim() === "") {
    const message = "a cross-encoder reads text, and the query has none; the order is as without";
    updates.degrade("CROSS_ENCODER_FAILED", { message, stages });
    return undefined;
  }
  try {
    if (model !== "") return await context.findReranker(model);
    const message = `the server has no cross-encoder of its own; add one with "sluice model add" and name it; the order is that of late interaction`;
    updates.degrade("CROSS_ENCODER_ABSENT", { message, stages });
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const message = `no cross-encoder "${model}" can be used (${error.message}); add one with "sluice model add"; the order is that of late interaction`;
    updates.degrade("CROSS_ENCODER_ABSENT", { message, stages });
  }
  return undefined;
}

/** The cross-encoder is dear: from this pressure on it reads fewer, when it is full none but one. */
const pressureMin = 0.1;

function depthUnderPressure(
  { pressure }: ScopedContext,
  { rerank }: SearchPlan & { readonly rerank: RerankPlan },
  updates: UpdateStream,
): number {
  const { depth } = rerank;
  const count = pressure <= pressureMin ? depth : Math.max(1, Math.ceil((1 - pressure) * depth));
  if (count < depth)
    updates.degrade("PRESSURE_REDUCED", {
      message: `many searches wait, so ${count} instead of ${depth} documents were re-ranked; ask again later`,
      stages: ["cross_encoder"],
    });
  return count;
}

interface Blend {
  /** Documents read so far. */
  readonly count: number;
  take(passage: RankedPassage, relevance: number | undefined): void;
  draft(depth: number): Parameters<UpdateStream["offer"]>[0];
}

function createBlend(
  { k, rerank: { weight } }: SearchPlan & { readonly rerank: RerankPlan },
  base: BaseRanking,
): Blend {
  const relevances = new Map<string, number>();
  let count = 0;
  return {
    get count() {
      return count;
    },
    take({ key }, relevance) {
      count += 1;
      if (relevance !== undefined) relevances.set(key, relevance);
    },
    draft(depth) {
      const all = base.ranked.map((passage, place) => {
        const relevance = relevances.get(passage.key);
        const isOpen = place >= count && place < depth;
        const score = passage.score + weight * (relevance ?? 0);
        return { ...passage, score, isOpen };
      });
      const ranked = all.sort(compareRanked).slice(0, k);
      const intervals = ranked.map(({ key, score, isOpen }) =>
        isOpen ? beforeCrossEncoder({ key, score }, weight) : { key, lower: score, upper: score },
      );
      return {
        stage: "cross_encoder",
        ranked,
        settledCount: settledCount(intervals, openOutside(all.slice(k), weight)),
        partsOf: (passage) => ({
          ...base.partsOf(passage),
          crossEncoder: relevances.get(passage.key),
        }),
        coverage: { reranked: relevances.size },
      };
    },
  };
}

/** The highest score that a document below the shown ones may still reach. */
function openOutside(
  below: readonly { readonly score: number; readonly isOpen: boolean }[],
  weight: number,
): number {
  return below.reduce(
    (highest, { score, isOpen }) => Math.max(highest, isOpen ? score + weight : -Infinity),
    -Infinity,
  );
}
