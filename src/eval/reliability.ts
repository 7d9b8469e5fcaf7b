// Calibration of probabilities: Brier score, expected calibration error, cross-validation by query.

import { createPrng } from "../core/prng.js";
import { fitIsotonic, fitPlatt, probabilityOf } from "./score-calibration.js";
import type { JudgedScore, ScoreMap } from "./score-calibration.js";
import { mean, shuffle } from "./statistics.js";

export interface Prediction {
  /** In [0, 1]. */
  readonly probability: number;
  readonly isRelevant: boolean;
}

export interface ReliabilityBin {
  readonly count: number;
  /** Means over the bin. */
  readonly predicted: number;
  readonly observed: number;
}

export interface Reliability {
  /** Mean squared error of the probabilities (Brier 1950); 0 is best. */
  readonly brier: number;
  /** Brier score of always predicting the share of relevant results. */
  readonly brierOfBase: number;
  /** Mean distance of predicted and observed over the bins, weighted by their counts. */
  readonly ece: number;
  /** Bins of equal counts, by ascending probability (Nguyen and O'Connor 2015). */
  readonly bins: readonly ReliabilityBin[];
}

const binCountMax = 10;

export function reliabilityOf(predictions: readonly Prediction[]): Reliability {
  const outcomes = predictions.map(({ isRelevant }) => (isRelevant ? 1 : 0));
  const base = mean(outcomes);
  const brier = mean(
    predictions.map(({ probability }, i) => (probability - (outcomes[i] ?? 0)) ** 2),
  );
  const sorted = predictions.toSorted((a, b) => a.probability - b.probability);
  const binCount = Math.min(binCountMax, sorted.length);
  const bins = Array.from({ length: binCount }, (_, i) => {
    const edge = (k: number): number => Math.round((k * sorted.length) / binCount);
    const inside = sorted.slice(edge(i), edge(i + 1));
    return {
      count: inside.length,
      predicted: mean(inside.map(({ probability }) => probability)),
      observed: mean(inside.map(({ isRelevant }) => (isRelevant ? 1 : 0))),
    };
  });
  const distances = bins.map(
    ({ count, predicted, observed }) => count * Math.abs(predicted - observed),
  );
  return {
    brier,
    brierOfBase: base * (1 - base),
    bins,
    ece: distances.reduce((sum, distance) => sum + distance, 0) / Math.max(1, sorted.length),
  };
}

export type CalibrationMethod = ScoreMap["method"];

const fits = { platt: fitPlatt, isotonic: fitIsotonic } as const;

export function fitScoreMap(method: CalibrationMethod, samples: readonly JudgedScore[]): ScoreMap {
  return fits[method](samples);
}

/**
 * Predictions for each query's results by a map that was fitted without them. Whole queries are
 * held out, because results of one query are not independent. `seed` determines the folds.
 */
export function crossValidate(
  method: CalibrationMethod,
  queries: readonly (readonly JudgedScore[])[],
  { foldCount, seed }: { readonly foldCount: number; readonly seed: number },
): Prediction[] {
  const foldOf = drawFolds(queries.length, { foldCount, seed });
  const predictions: Prediction[] = [];
  for (let fold = 0; fold < foldCount; fold += 1) {
    const fitted = queries.filter((_, i) => foldOf[i] !== fold).flat();
    const heldBack = queries.filter((_, i) => foldOf[i] === fold).flat();
    if (fitted.length === 0) continue;
    const map = fitScoreMap(method, fitted);
    for (const { score, isRelevant } of heldBack)
      predictions.push({ probability: probabilityOf(map, score), isRelevant });
  }
  return predictions;
}

/** Random folds of equal size. */
function drawFolds(
  count: number,
  { foldCount, seed }: { readonly foldCount: number; readonly seed: number },
): number[] {
  const folds = Array.from({ length: count }, (_, i) => i % foldCount);
  shuffle(folds, createPrng(seed));
  return folds;
}
