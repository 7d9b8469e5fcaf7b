// The last stage of a search: a cross-encoder re-orders the top of the ranking.

import { SluiceError } from "../core/errors.js";
import type { PackedQuery } from "../kernels/kernels.js";
import type { BestPassage } from "./best-passages.js";
import type { Draft } from "./progress.js";
import type { RerankPlan } from "./plan.js";
import { degrade, hasTimeFor, noteOverrun, startTimer } from "./progress.js";
import { compareRanked } from "./ranking.js";
import type { RankedPassage } from "./ranking.js";
import type { Reranker } from "./reranker.js";
import { offerDraft, waitForStage } from "./search-run.js";
import type { ScopedRun } from "./search-run.js";
import { beforeCrossEncoder, settledCount } from "./settled.js";
import { limitStage } from "./stage-limit.js";
import { crossEncoderBatches } from "./stages/cross-encoder.js";
import type { ReadBatch } from "./stages/cross-encoder.js";
import type { ScoreParts } from "../contract/search-update.js";

/** The ranking before the cross-encoder. */
export interface BaseRanking {
  /** Best first; as many as are shown or re-ranked. */
  readonly ranked: readonly RankedPassage[];
  /** The best passages, possibly several per document; empty: no context is asked for. */
  readonly passages: readonly BestPassage[];
  partsOf(passage: RankedPassage): ScoreParts;
  /** Token vectors of the query; absent when only words were compared. */
  readonly query?: PackedQuery;
}

/**
 * score = score before + weight * relevance, so that whatever is re-ranked stays above whatever is
 * not: each batch improves the ranking, and stopping after any batch leaves a valid one. When the
 * model is absent, fails or is late, the rest keeps its order, with a degradation.
 */
export async function rerankTop(
  run: ScopedRun,
  rerank: RerankPlan,
  base: BaseRanking,
): Promise<void> {
  const { deps, progress } = run;
  const { times } = deps;
  if (base.ranked.length === 0) return;
  const reranker = await waitForStage(run, "cross_encoder", findReranker(run, rerank));
  if (reranker === undefined) return;
  if (!hasTimeFor(progress, "cross_encoder", times.expectedMs("cross_encoder"))) {
    times.skipped("cross_encoder");
    return;
  }
  const turn = deps.beginReranking();
  try {
    const depth = depthUnderPressure(run, { asked: rerank.depth, pressure: turn.pressure });
    await readTop(run, { reranker, rerank, depth }, base);
  } finally {
    turn.end();
  }
}

async function readTop(
  run: ScopedRun,
  {
    reranker,
    rerank,
    depth,
  }: { readonly reranker: Reranker; readonly rerank: RerankPlan; readonly depth: number },
  base: BaseRanking,
): Promise<void> {
  const { deps, plan, progress } = run;
  const { times } = deps;
  const limit = limitStage(deps, plan.stageBudgets.crossEncoderMs);
  const passages = base.ranked.slice(0, depth);
  const blend: Blend = {
    base,
    weight: rerank.weight,
    depth: passages.length,
    relevances: new Map(),
    readCount: 0,
  };
  const noteTime = startTimer(progress, "crossEncoder");
  const startMs = deps.clock();
  const stop = new AbortController();
  try {
    const work = { reranker, rerank, passages, query: base.query };
    const reading = {
      ...limit.deps,
      signal: AbortSignal.any([deps.signal, stop.signal]),
      span: progress.spans?.of("crossEncoder") ?? deps.span,
    };
    for (const promise of crossEncoderBatches(reading, plan, work)) {
      const batch = await waitForStage(run, "cross_encoder", limit.orOver(promise));
      noteTime();
      if (batch === undefined && limit.isOver())
        noteOverrun(progress, "cross_encoder", plan.stageBudgets.crossEncoderMs);
      if (batch === undefined) return;
      if ("failure" in batch) {
        const message = `"${reranker.name}" failed, so ${blend.readCount} of ${passages.length} documents are re-ranked: ${batch.failure}`;
        degrade(progress, "CROSS_ENCODER_FAILED", { message, stages: ["cross_encoder"] });
        return;
      }
      for (const message of batch.damages)
        degrade(progress, "CORRUPT_PASSAGES", { message, stages: ["cross_encoder"] });
      if (blend.readCount === 0) times.note("cross_encoder", deps.clock() - startMs);
      takeBatch(blend, batch);
      offerDraft(run, blendedDraft(blend, plan.k));
    }
  } finally {
    stop.abort();
    limit.end();
  }
}

/** Undefined, and noted, when there is none. */
async function findReranker(
  { deps, plan, progress }: ScopedRun,
  { model }: RerankPlan,
): Promise<Reranker | undefined> {
  const stages = ["cross_encoder"] as const;
  if (plan.variants[0]?.text.trim() === "") {
    const message = "a cross-encoder reads text, and the query has none; the order is as without";
    degrade(progress, "CROSS_ENCODER_FAILED", { message, stages });
    return undefined;
  }
  try {
    if (model !== "") return await deps.findReranker(model);
    const message = `the server has no cross-encoder of its own; add one with "sluice model add" and name it; the order is that of late interaction`;
    degrade(progress, "CROSS_ENCODER_ABSENT", { message, stages });
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const message = `no cross-encoder "${model}" can be used (${error.message}); add one with "sluice model add"; the order is that of late interaction`;
    degrade(progress, "CROSS_ENCODER_ABSENT", { message, stages });
  }
  return undefined;
}

/**
 * Cross-encoders are slow: above this pressure of searches that wait, fewer documents are read, and
 * one when it is full.
 */
const pressureMin = 0.1;

/** None when as many searches are re-ranked as may be, since nothing else bounds them. */
function depthUnderPressure(
  { deps, progress }: ScopedRun,
  { asked, pressure }: { readonly asked: number; readonly pressure: number },
): number {
  const share = 1 - Math.max(pressure, deps.pressure <= pressureMin ? 0 : deps.pressure);
  const count = pressure === 1 ? 0 : Math.max(1, Math.ceil(share * asked));
  if (count < asked)
    degrade(progress, "PRESSURE_REDUCED", {
      message: `many searches wait or are re-ranked, so ${count} instead of ${asked} documents were re-ranked; ask again later`,
      stages: ["cross_encoder"],
    });
  return count;
}

/** A base ranking, and what the cross-encoder has said of its first `depth` documents so far. */
interface Blend {
  readonly base: BaseRanking;
  readonly weight: number;
  readonly depth: number;
  /** By key; missing where the passage could not be read. */
  readonly relevances: Map<string, number>;
  /** Documents read so far. */
  readCount: number;
}

function takeBatch(blend: Blend, { passages, relevances }: ReadBatch): void {
  for (const [i, { key }] of passages.entries()) {
    const relevance = relevances[i];
    if (relevance !== undefined) blend.relevances.set(key, relevance);
  }
  blend.readCount += passages.length;
}

function blendedDraft({ base, weight, depth, relevances, readCount }: Blend, k: number): Draft {
  const all = base.ranked.map((passage, place) => {
    const relevance = relevances.get(passage.key);
    const isOpen = place >= readCount && place < depth;
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
