// Compares two evaluations of the same queries: difference, significance, and largest changes.

import { SluiceError } from "../core/errors.js";
import { createPrng } from "../core/prng.js";
import type { Evaluation } from "./evaluate.js";
import { mean, pairedTTest, randomizationTest } from "./statistics.js";
import type { RandomizationTest, TTest } from "./statistics.js";

export interface ComparisonOptions {
  /** A measure of both evaluations, such as `nDCG@10`. */
  readonly measure: string;
  /** Random sign patterns of the randomization test. */
  readonly permutationCount: number;
  readonly seed: number;
}

export const comparisonDefaults = { permutationCount: 100_000, seed: 1 } as const;

export interface Comparison {
  readonly measure: string;
  readonly queryCount: number;
  readonly baselineMean: number;
  readonly contenderMean: number;
  /** Contender minus baseline. */
  readonly difference: number;
  /** Queries for which the contender is better; worse; equal. */
  readonly winCount: number;
  readonly lossCount: number;
  readonly tieCount: number;
  readonly randomization: RandomizationTest;
  readonly tTest: TTest;
  /** Queries whose value changed, largest change first; ties in the order of the evaluations. */
  readonly changes: readonly QueryChange[];
}

export interface QueryChange {
  readonly query: string;
  readonly baseline: number;
  readonly contender: number;
}

/** Throws INVALID_FIELD when the measure is missing or the evaluations judge different queries. */
export function compareEvaluations(
  baseline: Evaluation,
  contender: Evaluation,
  options: ComparisonOptions,
): Comparison {
  const pairs = pairQueries(baseline, contender, options.measure);
  const differences = pairs.map((pair) => pair.contender - pair.baseline);
  const changes = pairs.filter((pair) => pair.contender !== pair.baseline);
  changes.sort((a, b) => Math.abs(b.contender - b.baseline) - Math.abs(a.contender - a.baseline));
  const winCount = differences.filter((difference) => difference > 0).length;
  const lossCount = differences.filter((difference) => difference < 0).length;
  return {
    measure: options.measure,
    queryCount: pairs.length,
    baselineMean: mean(pairs.map((pair) => pair.baseline)),
    contenderMean: mean(pairs.map((pair) => pair.contender)),
    difference: mean(differences),
    winCount,
    lossCount,
    tieCount: pairs.length - winCount - lossCount,
    randomization: randomizationTest(differences, {
      permutationCount: options.permutationCount,
      prng: createPrng(options.seed),
    }),
    tTest: pairedTTest(differences),
    changes,
  };
}

function pairQueries(baseline: Evaluation, contender: Evaluation, measure: string): QueryChange[] {
  const before = valuesByQuery(baseline, measure);
  const after = valuesByQuery(contender, measure);
  const pairs: QueryChange[] = [];
  for (const [query, value] of before) {
    const other = after.get(query);
    if (other === undefined) throw mismatch(query);
    pairs.push({ query, baseline: value, contender: other });
  }
  for (const query of after.keys()) if (!before.has(query)) throw mismatch(query);
  return pairs;
}

function valuesByQuery(evaluation: Evaluation, measure: string): Map<string, number> {
  const index = evaluation.measures.indexOf(measure);
  if (index < 0) {
    const known = evaluation.measures.join(", ");
    throw new SluiceError("INVALID_FIELD", `no measure "${measure}"; evaluated: ${known}`);
  }
  return new Map(evaluation.queries.map(({ query, values }) => [query, values[index] ?? 0]));
}

function mismatch(query: string): SluiceError {
  const fault = `query "${query}" is judged in one evaluation only; judge both alike`;
  return new SluiceError("INVALID_FIELD", fault);
}
