// Estimates one ranking's quality from clicks on another, by inverse propensity scoring.

import type { RecordedFeedback } from "../core/feedback.js";
import { createPrng } from "../core/prng.js";
import { bootstrapMean, mean, randomizationTest } from "./statistics.js";
import type { Interval } from "./statistics.js";
import type { Run } from "./run.js";

/** A query, and the weights of its clicks by document key. */
export interface ClickedQuery {
  readonly id: string;
  readonly text: string;
  readonly weights: ReadonlyMap<string, number>;
}

/**
 * A click at rank r has the weight r^eta, because users examine lower ranks less often (position
 * bias): Joachims, Swaminathan and Schnabel, "Unbiased Learning-to-Rank with Biased Feedback" (WSDM
 * 2017), with eta = 1. `weightMax` clips the weights: less variance, some bias. Clicks without a
 * rank are ignored.
 */
export function clickedQueries(
  events: Iterable<RecordedFeedback>,
  { eta, weightMax }: { readonly eta: number; readonly weightMax: number },
): ClickedQuery[] {
  const queries = new Map<string, Map<string, number>>();
  for (const { queryText, key, kind, rank } of events) {
    if (kind !== "click" || rank === 0) continue;
    const text = queryText.trim();
    const weights = queries.get(text) ?? new Map<string, number>();
    queries.set(text, weights);
    weights.set(key, (weights.get(key) ?? 0) + Math.min(weightMax, rank ** eta));
  }
  return [...queries].map(([text, weights], i) => ({ id: `q${i + 1}`, text, weights }));
}

export interface ClickEstimate {
  readonly queryCount: number;
  /** Mean estimated DCG over the queries. */
  readonly baseline: number;
  readonly changed: number;
  readonly difference: number;
  /** 95 % bootstrap interval over queries. */
  readonly interval: Interval;
  /** Two-sided p value of the randomization test. */
  readonly pValue: number;
}

/**
 * Estimated DCG of two rankings of the same queries: the sum over clicked documents of weight /
 * log2(1 + rank), 0 for documents that are not ranked. Unbiased if the position model holds and
 * every document had a chance to be shown.
 */
export function estimateFromClicks(
  queries: readonly ClickedQuery[],
  { baseline, changed }: { readonly baseline: Run; readonly changed: Run },
): ClickEstimate {
  const before = queries.map((query) => clickGain(query, baseline));
  const after = queries.map((query) => clickGain(query, changed));
  const differences = after.map((gain, i) => gain - (before[i] ?? 0));
  const prng = createPrng(1);
  const test = randomizationTest(differences, { permutationCount: 10_000, prng });
  return {
    queryCount: queries.length,
    baseline: mean(before),
    changed: mean(after),
    difference: mean(differences),
    interval: bootstrapMean(differences, { resampleCount: 2000, confidence: 0.95, prng }),
    pValue: test.pValue,
  };
}

function clickGain({ id, weights }: ClickedQuery, run: Run): number {
  let gain = 0;
  for (const [i, { key }] of (run.get(id) ?? []).entries())
    gain += (weights.get(key) ?? 0) / Math.log2(i + 2);
  return gain;
}
