// Probabilities of hits by the collection's score maps, and the threshold on them.

import { SluiceError } from "../core/errors.js";
import type { ScoreParts, Stage } from "../contract/search-update.js";
import { probabilityOf } from "../eval/score-calibration.js";
import type { ScoreCalibration } from "../store/stored-values.js";
import type { SearchPlan } from "./plan.js";
import type { RankedPassage } from "./ranking.js";
import type { Draft } from "./progress.js";

export interface Probabilities {
  /** In [0, 1]. Absent when no map covers such a score. */
  of(
    stage: Stage,
    hit: { readonly score: number; readonly isReranked: boolean },
  ): number | undefined;
}

export function createProbabilities(
  calibrations: readonly ScoreCalibration[],
  plan: Pick<SearchPlan, "lexicalWeight" | "rerank">,
): Probabilities {
  const fitting = calibrations.filter((one) => one.lexicalWeight === plan.lexicalWeight);
  const late = fitting.find(({ rerank }) => rerank === undefined)?.map;
  const reranked = fitting.find(
    ({ rerank }) =>
      rerank !== undefined &&
      rerank.model === plan.rerank?.model &&
      rerank.weight === plan.rerank.weight &&
      // The maps were measured with this pooling only.
      plan.rerank.pooling === "best",
  )?.map;
  return {
    of(stage, { score, isReranked }) {
      // Scores of earlier stages are on other scales.
      if (stage !== "late_interaction" && stage !== "cross_encoder") return undefined;
      const map = isReranked ? reranked : late;
      return map && probabilityOf(map, score);
    },
  };
}

/** Throws NOT_CALIBRATED when a threshold is asked for and no map covers such a search. */
export function checkProbabilityThreshold(
  calibrations: readonly ScoreCalibration[],
  plan: SearchPlan,
): void {
  if (plan.minProbability === undefined) return;
  const stage = plan.rerank === undefined ? "late_interaction" : "cross_encoder";
  const probabilities = createProbabilities(calibrations, plan);
  if (probabilities.of(stage, { score: 0, isReranked: stage === "cross_encoder" }) !== undefined)
    return;
  throw new SluiceError(
    "NOT_CALIBRATED",
    `min_probability is ${plan.minProbability}, and the collection has no score map for such a search; run sluice calibrate scores, or set min_score`,
    { field: "min_probability" },
  );
}

/** A hit that is shown, with its probability and its share where they are known. */
export interface JudgedHit {
  readonly ranked: RankedPassage;
  readonly parts: ScoreParts;
}

/** Decides which of a ranking's hits are shown, and adds probability and share. */
export interface Judge {
  /**
   * Those that pass the threshold, in order. Scores that no map covers, as in early stages, pass.
   */
  passing(draft: Draft): readonly RankedPassage[];
  /** Those of them that the page shows. */
  onPage(draft: Draft): readonly RankedPassage[];
  /** The same with their parts, and how many leading ones of them are settled. */
  judge(draft: Draft): { readonly shown: readonly JudgedHit[]; readonly settledCount: number };
}

export function createJudge(calibrations: readonly ScoreCalibration[], plan: SearchPlan): Judge {
  const probabilities = createProbabilities(calibrations, plan);
  const { minProbability, softmaxTemperature, page } = plan;
  const partsOf = (draft: Draft, ranked: RankedPassage): ScoreParts => {
    const parts = draft.partsOf(ranked);
    const isReranked = parts.crossEncoder !== undefined;
    const probability = probabilities.of(draft.stage, { score: ranked.score, isReranked });
    return probability === undefined ? parts : { ...parts, probability };
  };
  const passing = (draft: Draft, ranked = draft.ranked): readonly RankedPassage[] =>
    minProbability === undefined
      ? ranked
      : ranked.filter((one) => (partsOf(draft, one).probability ?? 1) >= minProbability);
  const onPage = (draft: Draft, ranked?: readonly RankedPassage[]): readonly RankedPassage[] =>
    passing(draft, ranked).slice(page.offset, page.end);
  return {
    passing: (draft) => passing(draft),
    onPage: (draft) => onPage(draft),
    judge(draft) {
      const shown = onPage(draft).map((ranked) => ({ ranked, parts: partsOf(draft, ranked) }));
      const settled = draft.ranked.slice(0, draft.settledCount ?? 0);
      return {
        shown: softmaxTemperature === undefined ? shown : withShares(shown, softmaxTemperature),
        settledCount: onPage(draft, settled).length,
      };
    },
  };
}

function withShares(hits: readonly JudgedHit[], temperature: number): JudgedHit[] {
  const shares = softmax(
    hits.map(({ ranked }) => ranked.score),
    temperature,
  );
  return hits.map((hit, i) => ({ ...hit, parts: { ...hit.parts, softmax: shares[i] } }));
}

/** Shares of the shown scores: exp(score / temperature), divided by their sum. Empty for none. */
export function softmax(scores: readonly number[], temperature: number): number[] {
  // Shifted by the largest, so that none overflows.
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp((score - largest) / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
