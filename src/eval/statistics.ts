// Statistics of evaluation reports: means, resampling, significance tests.

import { assert } from "../core/assert.js";
import type { Prng } from "../core/prng.js";

/** Shuffles in place (Fisher-Yates). O(values). */
export function shuffle(values: unknown[], prng: Prng): void {
  for (let i = values.length - 1; i > 0; i -= 1) {
    const other = Math.floor(prng.nextFloat() * (i + 1));
    [values[i], values[other]] = [values[other], values[i]];
  }
}

/** Mean; 0 for no values. Sums in order, so that equal input gives equal bits. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? 0 : sum / values.length;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Percentile bootstrap of the mean: `resampleCount` samples of the same size, drawn with
 * replacement. `confidence` in (0, 1). O(resamples x values).
 */
export function bootstrapMean(
  values: readonly number[],
  options: { resampleCount: number; confidence: number; prng: Prng },
): Interval {
  const { resampleCount, confidence, prng } = options;
  assert(confidence > 0 && confidence < 1, "confidence lies between 0 and 1");
  assert(resampleCount > 0, "there are resamples");
  if (values.length === 0) return { low: 0, high: 0 };
  const means = new Float64Array(resampleCount);
  for (let resample = 0; resample < resampleCount; resample += 1) {
    let sum = 0;
    for (let i = 0; i < values.length; i += 1) {
      sum += values[Math.floor(prng.nextFloat() * values.length)] ?? 0;
    }
    means[resample] = sum / values.length;
  }
  means.sort();
  const tail = (1 - confidence) / 2;
  return { low: quantile(means, tail), high: quantile(means, 1 - tail) };
}

/** Quantile of sorted values, with linear interpolation. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? 0;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? low;
  return low + (high - low) * (position - below);
}

export interface TTest {
  readonly t: number;
  readonly degreesOfFreedom: number;
  /** Two-sided. 1 when all differences are 0. */
  readonly pValue: number;
}

/** Paired Student's t-test that the mean of the differences is 0. */
export function pairedTTest(differences: readonly number[]): TTest {
  const degreesOfFreedom = differences.length - 1;
  if (degreesOfFreedom < 1) return { t: 0, degreesOfFreedom: 0, pValue: 1 };
  const center = mean(differences);
  let squares = 0;
  for (const difference of differences) squares += (difference - center) ** 2;
  const deviation = Math.sqrt(squares / degreesOfFreedom);
  if (deviation === 0) {
    if (center === 0) return { t: 0, degreesOfFreedom, pValue: 1 };
    return { t: center > 0 ? Infinity : -Infinity, degreesOfFreedom, pValue: 0 };
  }
  const t = (center / deviation) * Math.sqrt(differences.length);
  const pValue = incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), {
    a: degreesOfFreedom / 2,
    b: 0.5,
  });
  return { t, degreesOfFreedom, pValue };
}

export interface RandomizationTest {
  /** Two-sided: share of random sign patterns with a mean at least as far from 0. */
  readonly pValue: number;
  readonly permutationCount: number;
  /** True when all sign patterns were enumerated instead of sampled. */
  readonly isExhaustive: boolean;
}

/**
 * Fisher's randomization test on paired differences: enumerates all 2^n sign patterns if there are
 * at most `permutationCount`, otherwise samples that many; the p value is then (extremes + 1) /
 * (patterns + 1), which is never 0.
 */
export function randomizationTest(
  differences: readonly number[],
  options: { permutationCount: number; prng: Prng },
): RandomizationTest {
  const moved = differences.filter((difference) => difference !== 0);
  let observed = 0;
  for (const difference of moved) observed += difference;
  // Sums of the same numbers in different orders differ in their last bits; they count as equal.
  const bound = Math.abs(observed) * (1 - 1e-12);
  const isExhaustive = 2 ** moved.length <= options.permutationCount;
  const patternCount = isExhaustive ? 2 ** moved.length : options.permutationCount;
  let extremes = 0;
  for (let pattern = 0; pattern < patternCount; pattern += 1) {
    let sum = 0;
    let bits = pattern;
    for (let i = 0; i < moved.length; i += 1) {
      if (!isExhaustive && i % 32 === 0) bits = options.prng.nextUint32();
      sum += (bits & 1) === 0 ? (moved[i] ?? 0) : -(moved[i] ?? 0);
      bits >>>= 1;
    }
    if (Math.abs(sum) >= bound) extremes += 1;
  }
  const pValue = isExhaustive ? extremes / patternCount : (extremes + 1) / (patternCount + 1);
  return { pValue, permutationCount: patternCount, isExhaustive };
}

/** Regularized incomplete beta function I_x(a, b), by the continued fraction of DLMF 8.17.22. */
function incompleteBeta(x: number, { a, b }: { a: number; b: number }): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast only below the mean; the function is symmetric about it.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, { a: b, b: a });
  const front =
    Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) /
    a;
  // Evaluated backwards; 200 terms are far more than double precision needs here.
  let fraction = 1;
  for (let m = 200; m >= 1; m -= 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m - 1) * (a + b + m - 1) * x) / ((a + 2 * m - 2) * (a + 2 * m - 1));
    fraction = 1 + odd / (1 + even / fraction);
  }
  return front / fraction;
}

/**
 * Natural logarithm of the gamma function for positive x: Stirling's series (DLMF 5.11.1), shifted
 * up.
 */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  while (z < 15) {
    shift += Math.log(z);
    z += 1;
  }
  const inverse = 1 / (z * z);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / z;
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - shift;
}
