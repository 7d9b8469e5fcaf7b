// Two-sample tests of equal distributions: Kolmogorov-Smirnov, stability index, terms.

import { assert } from "../core/assert.js";
import type { Prng } from "../core/prng.js";
import { quantile, shuffle } from "./statistics.js";

export interface KsTest {
  /** Largest distance between the empirical distribution functions, in [0, 1]. */
  readonly statistic: number;
  /** Asymptotic, two-sided; accurate from about 20 values per sample. */
  readonly pValue: number;
}

/**
 * Two-sample Kolmogorov-Smirnov test with Stephens' correction for small samples (Numerical Recipes
 * 14.3.18). Conservative when there are many ties. O(n log n).
 */
export function kolmogorovSmirnov(a: readonly number[], b: readonly number[]): KsTest {
  assert(a.length > 0 && b.length > 0, "both samples have values");
  const [left, right] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()];
  let [i, j, statistic] = [0, 0, 0];
  while (i < left.length && j < right.length) {
    const value = Math.min(left[i] ?? 0, right[j] ?? 0);
    while (i < left.length && left[i] === value) i += 1;
    while (j < right.length && right[j] === value) j += 1;
    statistic = Math.max(statistic, Math.abs(i / left.length - j / right.length));
  }
  const size = Math.sqrt((left.length * right.length) / (left.length + right.length));
  return { statistic, pValue: kolmogorovTail((size + 0.12 + 0.11 / size) * statistic) };
}

/** P(K > x) of Kolmogorov's distribution: 2 sum (-1)^(k-1) exp(-2 k^2 x^2). */
function kolmogorovTail(x: number): number {
  // Below, the series converges slowly and the value is 1 in double precision.
  if (x < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k += 1) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return Math.min(1, Math.max(0, sum));
}

const binCount = 10;

/**
 * Population stability index over bins of equal counts of the reference: the sum of (c - r) ln(c /
 * r). By the rule of thumb (Siddiqi, "Credit Risk Scorecards", 2006), below 0.1 means no change,
 * above 0.25 a large one. Empty bins count as half a value.
 */
export function stabilityIndex(reference: readonly number[], current: readonly number[]): number {
  assert(reference.length > 0 && current.length > 0, "both samples have values");
  const sorted = Float64Array.from(reference).sort();
  const edges = new Set<number>();
  for (let i = 1; i < binCount; i += 1) edges.add(quantile(sorted, i / binCount));
  const sharesOf = (values: readonly number[]): number[] => {
    const counts = new Array<number>(edges.size + 1).fill(0);
    const bounds = [...edges];
    for (const value of values) {
      const bin = bounds.findIndex((edge) => value <= edge);
      const at = bin === -1 ? bounds.length : bin;
      counts[at] = (counts[at] ?? 0) + 1;
    }
    return counts.map((count) => Math.max(count, 0.5) / values.length);
  };
  const [before, now] = [sharesOf(reference), sharesOf(current)];
  return now.reduce((sum, share, i) => {
    const expected = before[i] ?? share;
    return sum + (share - expected) * Math.log(share / expected);
  }, 0);
}

export interface TermsTest {
  /** Jensen-Shannon divergence of the term distributions in bits, in [0, 1] (Lin 1991). */
  readonly divergence: number;
  /** Share of random assignments of the texts to both samples with at least this divergence. */
  readonly pValue: number;
}

/** `terms` of each text. Small samples differ by chance, hence the permutation test. */
export function compareTerms(
  reference: readonly (readonly string[])[],
  current: readonly (readonly string[])[],
  { permutationCount, prng }: { readonly permutationCount: number; readonly prng: Prng },
): TermsTest {
  const divergence = divergenceOf(reference, current);
  const dealt = [...reference, ...current];
  let extremes = 0;
  for (let round = 0; round < permutationCount; round += 1) {
    shuffle(dealt, prng);
    const [left, right] = [dealt.slice(0, reference.length), dealt.slice(reference.length)];
    if (divergenceOf(left, right) >= divergence * (1 - 1e-12)) extremes += 1;
  }
  return { divergence, pValue: (extremes + 1) / (permutationCount + 1) };
}

function divergenceOf(
  a: readonly (readonly string[])[],
  b: readonly (readonly string[])[],
): number {
  const [left, right] = [termShares(a), termShares(b)];
  let divergence = 0;
  for (const term of new Set([...left.keys(), ...right.keys()])) {
    const [p, q] = [left.get(term) ?? 0, right.get(term) ?? 0];
    const middle = (p + q) / 2;
    if (p > 0) divergence += (p / 2) * Math.log2(p / middle);
    if (q > 0) divergence += (q / 2) * Math.log2(q / middle);
  }
  return divergence;
}

function termShares(texts: readonly (readonly string[])[]): Map<string, number> {
  const shares = new Map<string, number>();
  const count = texts.reduce((sum, terms) => sum + terms.length, 0);
  for (const terms of texts)
    for (const term of terms) shares.set(term, (shares.get(term) ?? 0) + 1 / count);
  return shares;
}
