// Evaluates a run against judgments: values per query and measure, means, and confidence intervals.

import { assert } from "../core/assert.js";
import { createPrng } from "../core/prng.js";
import { formatMeasure, measureRanking } from "./measures.js";
import type { Measure } from "./measures.js";
import type { Qrels } from "./qrels.js";
import type { Run } from "./run.js";
import { bootstrapMean, mean } from "./statistics.js";

export interface EvaluationOptions {
  readonly measures: readonly Measure[];
  /** Bootstrap samples per interval. */
  readonly resampleCount: number;
  /** Confidence level of the intervals, in (0, 1). */
  readonly confidence: number;
  readonly seed: number;
}

/** Common defaults: 95 % intervals from 2,000 samples. */
export const evaluationDefaults = { resampleCount: 2000, confidence: 0.95, seed: 1 } as const;

export interface Evaluation {
  /** Written forms of the measures, such as `nDCG@10`. */
  readonly measures: readonly string[];
  /** Judged queries, in the order of the judgments. */
  readonly queries: readonly QueryResult[];
  /** In the order of `measures`. */
  readonly means: readonly MeasureMean[];
  /** Judged queries without a ranking in the run; they count as 0. */
  readonly missingCount: number;
}

export interface QueryResult {
  readonly query: string;
  /** In the order of the evaluation's `measures`. */
  readonly values: readonly number[];
}

export interface MeasureMean {
  readonly measure: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Counts every judged query; one without a relevant document or without a ranking counts as 0, as
 * in BEIR's evaluator, ir_measures and trec_eval with -c. Rankings are evaluated in the given
 * order. O(queries x (measures x depth + resamples)).
 */
export function evaluate(run: Run, qrels: Qrels, options: EvaluationOptions): Evaluation {
  const measures = options.measures.map(formatMeasure);
  const queries: QueryResult[] = [];
  let missingCount = 0;
  for (const [query, judgments] of qrels) {
    const ranking = run.get(query)?.map(({ key }) => key) ?? [];
    assert(new Set(ranking).size === ranking.length, "a ranking names each document once");
    if (ranking.length === 0) missingCount += 1;
    const values = options.measures.map((measure) => measureRanking(measure, ranking, judgments));
    queries.push({ query, values });
  }
  const means = measures.map((measure, index) => {
    const values = queries.map((result) => result.values[index] ?? 0);
    // Each measure draws its own samples from the seed, so adding a measure changes no other.
    const interval = bootstrapMean(values, { ...options, prng: createPrng(options.seed) });
    return { measure, mean: mean(values), ...interval };
  });
  return { measures, queries, means, missingCount };
}
