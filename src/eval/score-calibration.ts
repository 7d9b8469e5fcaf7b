// Maps from scores to probabilities of relevance, fitted on judged results: Platt and isotonic.

import { assert } from "../core/assert.js";
import { mean } from "./statistics.js";

/** The score of a judged result, and whether it was relevant. */
export interface JudgedScore {
  readonly score: number;
  readonly isRelevant: boolean;
}

/** 1 / (1 + exp(-(slope * score + intercept))), with slope >= 0. */
export interface PlattMap {
  readonly method: "platt";
  readonly slope: number;
  readonly intercept: number;
}

/** Linear between ascending points, constant beyond both ends. */
export interface IsotonicMap {
  readonly method: "isotonic";
  /** Ascending; at least one. */
  readonly scores: readonly number[];
  /** One per score, non-decreasing, in [0, 1]. */
  readonly probabilities: readonly number[];
}

export type ScoreMap = PlattMap | IsotonicMap;

/** Probability of relevance for a score, in [0, 1]; non-decreasing. O(log points). */
export function probabilityOf(map: ScoreMap, score: number): number {
  if (map.method === "platt") return logistic(map.slope * score + map.intercept);
  const { scores, probabilities } = map;
  const above = firstFrom(scores, score);
  if (above === 0 || above === scores.length) return probabilities.at(above === 0 ? 0 : -1) ?? 0;
  const [low = 0, high = 0] = [scores[above - 1], scores[above]];
  const [from = 0, to = 0] = [probabilities[above - 1], probabilities[above]];
  // Rounding could exceed the upper end, so that the map would decrease there.
  return Math.min(to, from + ((to - from) * (score - low)) / (high - low));
}

/**
 * Index of the first of ascending points that is at least `score`; their number when there is none.
 */
function firstFrom(points: readonly number[], score: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle] ?? Infinity) < score) low = middle + 1;
    else high = middle;
  }
  return low;
}

function logistic(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** Newton's method converges well before; no step increases the loss. */
const iterationsMax = 100;

/**
 * Logistic regression on the score, with the targets (n+ + 1) / (n+ + 2) and 1 / (n- + 2) instead
 * of 1 and 0, so that separable samples have a finite fit: Platt, "Probabilistic Outputs for
 * Support Vector Machines" (1999), as formulated by Lin, Lin and Weng, "A Note on Platt's
 * Probabilistic Outputs" (2007). If relevance decreases with the score, the slope is 0. Needs at
 * least one sample. O(samples x iterations).
 */
export function fitPlatt(samples: readonly JudgedScore[]): PlattMap {
  assert(samples.length > 0, "there are samples");
  const positives = samples.filter(({ isRelevant }) => isRelevant).length;
  const targets = samples.map(({ isRelevant }) =>
    isRelevant ? (positives + 1) / (positives + 2) : 1 / (samples.length - positives + 2),
  );
  const base = mean(targets);
  const level: Line = { slope: 0, intercept: Math.log(base / (1 - base)) };
  // Standardized, so that the fit does not depend on the scale of the scores.
  const center = mean(samples.map(({ score }) => score));
  const spread = Math.sqrt(mean(samples.map(({ score }) => (score - center) ** 2)));
  if (spread === 0) return { method: "platt", ...level };
  const scaled = samples.map(({ score }) => (score - center) / spread);
  let fit = level;
  for (let i = 0, loss = lossOf(fit, scaled, targets); i < iterationsMax; i += 1) {
    const next = newtonStep(fit, scaled, targets, loss);
    if (next === undefined) break;
    fit = next.line;
    loss = next.loss;
  }
  if (fit.slope <= 0) return { method: "platt", ...level };
  const slope = fit.slope / spread;
  return { method: "platt", slope, intercept: fit.intercept - slope * center };
}

interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** Cross entropy, in a form that does not overflow. */
function lossOf(
  { slope, intercept }: Line,
  scores: readonly number[],
  targets: readonly number[],
): number {
  let loss = 0;
  for (const [i, score] of scores.entries()) {
    const logit = slope * score + intercept;
    loss += Math.max(logit, 0) - logit * (targets[i] ?? 0) + Math.log1p(Math.exp(-Math.abs(logit)));
  }
  return loss;
}

/** A descent step; undefined when none decreases the loss. */
function newtonStep(
  line: Line,
  scores: readonly number[],
  targets: readonly number[],
  loss: number,
): { readonly line: Line; readonly loss: number } | undefined {
  // The ridge keeps the Hessian regular when all probabilities are close to 0 or 1.
  const hessian = { aa: 1e-12, ab: 0, bb: 1e-12 };
  const gradient = { a: 0, b: 0 };
  for (const [i, score] of scores.entries()) {
    const p = logistic(line.slope * score + line.intercept);
    const weight = p * (1 - p);
    hessian.aa += weight * score * score;
    hessian.ab += weight * score;
    hessian.bb += weight;
    gradient.a += (p - (targets[i] ?? 0)) * score;
    gradient.b += p - (targets[i] ?? 0);
  }
  const { aa, ab, bb } = hessian;
  const determinant = aa * bb - ab * ab;
  const da = -(bb * gradient.a - ab * gradient.b) / determinant;
  const db = -(aa * gradient.b - ab * gradient.a) / determinant;
  for (let size = 1; size > 1e-10; size /= 2) {
    const tried = { slope: line.slope + size * da, intercept: line.intercept + size * db };
    const triedLoss = lossOf(tried, scores, targets);
    if (triedLoss < loss - 1e-12 * Math.abs(loss)) return { line: tried, loss: triedLoss };
  }
  return undefined;
}

interface Block {
  readonly scoreMin: number;
  readonly scoreMax: number;
  readonly scoreSum: number;
  readonly positives: number;
  readonly count: number;
}

/**
 * The non-decreasing map with the least squared error, by pooling adjacent violators: Ayer et al.,
 * "An Empirical Distribution Function for Sampling with Incomplete Information" (1955). Each pool
 * becomes a point at its mean score. Needs at least one sample. O(n log n).
 */
export function fitIsotonic(samples: readonly JudgedScore[]): IsotonicMap {
  assert(samples.length > 0, "there are samples");
  const blocks: Block[] = [];
  for (const tied of poolTies(samples)) {
    let block = tied;
    while (blocks.length > 0 && rate(blocks.at(-1)) >= rate(block))
      block = pooled(blocks.pop(), block);
    blocks.push(block);
  }
  return {
    method: "isotonic",
    scores: blocks.map(meanScore),
    probabilities: blocks.map(rate),
  };
}

/** Equal scores form one block, whatever their order; ascending by score. */
function poolTies(samples: readonly JudgedScore[]): Iterable<Block> {
  const ties = new Map<number, Block>();
  for (const { score, isRelevant } of samples.toSorted((a, b) => a.score - b.score)) {
    const at = { scoreMin: score, scoreMax: score, scoreSum: score };
    const one = { ...at, positives: isRelevant ? 1 : 0, count: 1 };
    ties.set(score, pooled(ties.get(score), one));
  }
  return ties.values();
}

function pooled(a: Block | undefined, b: Block): Block {
  if (a === undefined) return b;
  return {
    scoreMin: Math.min(a.scoreMin, b.scoreMin),
    scoreMax: Math.max(a.scoreMax, b.scoreMax),
    scoreSum: a.scoreSum + b.scoreSum,
    positives: a.positives + b.positives,
    count: a.count + b.count,
  };
}

/** Clamped to the block's scores, because the sum may be rounded and points must ascend. */
function meanScore({ scoreMin, scoreMax, scoreSum, count }: Block): number {
  return Math.min(scoreMax, Math.max(scoreMin, scoreSum / count));
}

function rate(block: Block | undefined): number {
  return block === undefined ? 0 : block.positives / block.count;
}
