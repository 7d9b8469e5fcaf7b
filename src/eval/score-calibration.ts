// Maps from scores to probabilities of relevance, fitted on judged results: Platt's and isotonic.

import { assert } from "../core/assert.js";
import { mean } from "./statistics.js";

/** One judged result: the score that it got, and whether it was relevant. */
export interface JudgedScore {
  readonly score: number;
  readonly isRelevant: boolean;
}

/** 1 / (1 + exp(-(slope * score + intercept))); slope is 0 or more. */
export interface PlattMap {
  readonly method: "platt";
  readonly slope: number;
  readonly intercept: number;
}

/** Straight lines between points whose scores and probabilities rise; level beyond both ends. */
export interface IsotonicMap {
  readonly method: "isotonic";
  /** Rising; at least one. */
  readonly scores: readonly number[];
  /** One for each score, not falling, in [0, 1]. */
  readonly probabilities: readonly number[];
}

export type ScoreMap = PlattMap | IsotonicMap;

/** The probability of relevance of a score, in [0, 1]. Never falls as the score rises. O(log points). */
export function probabilityOf(map: ScoreMap, score: number): number {
  if (map.method === "platt") return logistic(map.slope * score + map.intercept);
  const { scores, probabilities } = map;
  const above = firstFrom(scores, score);
  if (above === 0 || above === scores.length) return probabilities.at(above === 0 ? 0 : -1) ?? 0;
  const [low = 0, high = 0] = [scores[above - 1], scores[above]];
  const [from = 0, to = 0] = [probabilities[above - 1], probabilities[above]];
  // Rounding may carry the line a little past its upper end, from where the map would fall.
  return Math.min(to, from + ((to - from) * (score - low)) / (high - low));
}

/** Place of the first of rising points that is not below `score`; their number when there is none. */
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

/** Newton's method has long converged by then; no step of it makes the fit worse. */
const iterationsMax = 100;

/**
 * Logistic regression on the score, with the targets (n+ + 1) / (n+ + 2) and 1 / (n- + 2) instead of
 * 1 and 0, so that a sample which a threshold separates has a finite fit: Platt, "Probabilistic
 * Outputs for Support Vector Machines" (1999), in the form of Lin, Lin and Weng, "A Note on Platt's
 * Probabilistic Outputs" (2007). Where relevance falls with the score, the slope is 0. At least one
 * sample. O(samples x iterations).
 */
export function fitPlatt(samples: readonly JudgedScore[]): PlattMap {
  assert(samples.length > 0, "there are samples");
  const positives = samples.filter(({ isRelevant }) => isRelevant).length;
  const targets = samples.map(({ isRelevant }) =>
    isRelevant ? (positives + 1) / (positives + 2) : 1 / (samples.length - positives + 2),
  );
  const base = mean(targets);
  const level: Line = { slope: 0, intercept: Math.log(base / (1 - base)) };
  // In units of their spread around their mean scores are tame, whatever their scale.
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

/** Cross entropy, in a form that no logit overflows. */
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

/** A step downhill; undefined: there is none left. */
function newtonStep(
  line: Line,
  scores: readonly number[],
  targets: readonly number[],
  loss: number,
): { readonly line: Line; readonly loss: number } | undefined {
  // The ridge keeps the Hessian regular where all probabilities are close to 0 or 1.
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
 * The rising map with the least squared error, by pooling neighbors that fall: Ayer et al., "An
 * Empirical Distribution Function for Sampling with Incomplete Information" (1955). Each pool becomes
 * one point at its mean score. At least one sample. O(n log n).
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

/** Equal scores are one block, whatever their order; by rising score. */
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

/** Within the scores of the block, also when the sum was rounded: so the points of blocks rise. */
function meanScore({ scoreMin, scoreMax, scoreSum, count }: Block): number {
  return Math.min(scoreMax, Math.max(scoreMin, scoreSum / count));
}

function rate(block: Block | undefined): number {
  return block === undefined ? 0 : block.positives / block.count;
}
