// Chooses the value of one option by cross-validation, and tests whether it is an improvement.

import { assert } from "../core/assert.js";
import { createPrng } from "../core/prng.js";
import { compareEvaluations, comparisonDefaults } from "./compare.js";
import type { Comparison } from "./compare.js";
import type { Evaluation, QueryResult } from "./evaluate.js";
import { mean } from "./statistics.js";

/** An evaluation of the same queries with one value of the option. */
export interface TuningPoint {
  readonly value: number;
  readonly evaluation: Evaluation;
}

export interface TuningOptions {
  /** A measure of all evaluations, such as `nDCG@10`. */
  readonly measure: string;
  /** The current value of the option, which must be among the points. */
  readonly baseline: number;
  readonly foldCount: number;
  readonly seed: number;
}

export const tuningDefaults = { foldCount: 5, seed: 1 } as const;

export interface Tuning {
  readonly measure: string;
  /** The best value over all queries: the recommendation. */
  readonly best: number;
  /** Mean for each value, in the order of the points. */
  readonly means: readonly { readonly value: number; readonly mean: number }[];
  /** The value chosen for each fold from the other folds. */
  readonly chosen: readonly number[];
  /**
   * The baseline against the values that were chosen for each fold from the other folds, which
   * estimates the improvement on unseen queries.
   */
  readonly comparison: Comparison;
}

/** On ties, the value closest to the baseline wins. O(points x queries). */
export function tune(points: readonly TuningPoint[], options: TuningOptions): Tuning {
  const { measure, baseline, foldCount, seed } = options;
  const reference = points.find((point) => point.value === baseline);
  assert(reference !== undefined, "the baseline is one of the points");
  const column = reference.evaluation.measures.indexOf(measure);
  const queries = reference.evaluation.queries.map(({ query }) => query);
  const tables = points.map(({ value, evaluation }) => ({
    value,
    byQuery: new Map(evaluation.queries.map(({ query, values }) => [query, values[column] ?? 0])),
  }));
  const meansOver = (subset: readonly string[]): { value: number; mean: number }[] =>
    tables.map(({ value, byQuery }) => ({
      value,
      mean: mean(subset.map((query) => byQuery.get(query) ?? 0)),
    }));
  const folds = foldsOf(queries, { foldCount, seed });
  const chosen: number[] = [];
  const held = new Map<string, number>();
  for (const fold of folds) {
    const others = queries.filter((query) => !fold.has(query));
    const value = bestOf(meansOver(others), baseline);
    chosen.push(value);
    const table = tables.find((candidate) => candidate.value === value);
    for (const query of fold) held.set(query, table?.byQuery.get(query) ?? 0);
  }
  const means = meansOver(queries);
  return {
    measure,
    best: bestOf(means, baseline),
    means,
    chosen,
    comparison: compareEvaluations(
      onlyMeasure(
        reference.evaluation,
        measure,
        (query) => tables[points.indexOf(reference)]?.byQuery.get(query) ?? 0,
      ),
      onlyMeasure(reference.evaluation, measure, (query) => held.get(query) ?? 0),
      { measure, ...comparisonDefaults, seed },
    ),
  };
}

function bestOf(means: readonly { value: number; mean: number }[], baseline: number): number {
  let best = { value: baseline, mean: -Infinity };
  for (const point of means) {
    const isNearer = Math.abs(point.value - baseline) < Math.abs(best.value - baseline);
    if (point.mean > best.mean || (point.mean === best.mean && isNearer)) best = point;
  }
  return best.value;
}

/** Queries assigned at random to folds of nearly equal size. */
function foldsOf(
  queries: readonly string[],
  { foldCount, seed }: { foldCount: number; seed: number },
): Set<string>[] {
  const prng = createPrng(seed);
  const shuffled = queries
    .map((query) => ({ query, place: prng.nextFloat() }))
    .sort((a, b) => a.place - b.place);
  const folds = Array.from({ length: foldCount }, () => new Set<string>());
  for (const [i, { query }] of shuffled.entries()) folds[i % foldCount]?.add(query);
  return folds.filter((fold) => fold.size > 0);
}

function onlyMeasure(
  { queries }: Evaluation,
  measure: string,
  valueOf: (query: string) => number,
): Evaluation {
  const rows: QueryResult[] = queries.map(({ query }) => ({ query, values: [valueOf(query)] }));
  return { measures: [measure], queries: rows, means: [], missingCount: 0 };
}
