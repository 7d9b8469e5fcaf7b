// Detects drift: whether queries and scores of one period differ from those of another.

import type { RecordedFeedback } from "../core/feedback.js";
import { createPrng } from "../core/prng.js";
import { mean } from "./statistics.js";
import { compareTerms, kolmogorovSmirnov, stabilityIndex } from "./two-samples.js";

export interface DriftRow {
  readonly what: "words a query" | "terms of queries" | "score of hits" | "rank of clicks";
  /** Number of values in each period. */
  readonly referenceCount: number;
  readonly currentCount: number;
  /** Means; null for terms. */
  readonly referenceMean: number | null;
  readonly currentMean: number | null;
  /** Kolmogorov-Smirnov statistic; for terms, the divergence. */
  readonly statistic: number;
  /** Population stability index; null for terms. */
  readonly stability: number | null;
  readonly pValue: number;
  /** True when the difference is significant and large enough to matter. */
  readonly hasDrifted: boolean;
}

/** Smallest number of values per period. */
export const driftCountMin = 20;

/** Probability of a false alarm, over all rows of a report. */
const alarmRate = 0.01;
/** Smaller differences do not matter, however significant; see `stabilityIndex`. */
const stabilityFrom = 0.1;
/** The same for the divergence of terms, in bits: about a tenth of the words differ. */
const divergenceFrom = 0.1;
const permutationCount = 999;

/**
 * Rows for which both periods have enough values. Each distinct query counts once per period;
 * scores and ranks count once per event. `termsOf` analyzes a text.
 */
export function driftReport(
  reference: readonly RecordedFeedback[],
  current: readonly RecordedFeedback[],
  termsOf: (text: string) => string[],
): DriftRow[] {
  const numbers = [
    ["words a query", (events: readonly RecordedFeedback[]) => queriesOf(events).map(wordCount)],
    ["score of hits", scoresOf],
    ["rank of clicks", clickRanksOf],
  ] as const;
  const rows = numbers.flatMap(([what, valuesOf]) =>
    numberRow(what, valuesOf(reference), valuesOf(current)),
  );
  const [before, now] = [reference, current].map((events) => queriesOf(events).map(termsOf));
  return [...rows, ...termsRow(before ?? [], now ?? [])];
}

function queriesOf(events: readonly RecordedFeedback[]): string[] {
  return [...new Set(events.map(({ queryText }) => queryText.trim()))];
}

function wordCount(text: string): number {
  return text.split(/\s+/).length;
}

function scoresOf(events: readonly RecordedFeedback[]): number[] {
  return events.flatMap(({ score }) => score ?? []);
}

function clickRanksOf(events: readonly RecordedFeedback[]): number[] {
  return events.flatMap(({ kind, rank }) => (kind === "click" && rank > 0 ? [rank] : []));
}

/** Largest number of rows in a report. */
const rowCount = 4;

function numberRow(
  what: DriftRow["what"],
  reference: readonly number[],
  current: readonly number[],
): DriftRow[] {
  if (Math.min(reference.length, current.length) < driftCountMin) return [];
  const { statistic, pValue } = kolmogorovSmirnov(reference, current);
  const stability = stabilityIndex(reference, current);
  return [
    {
      what,
      referenceCount: reference.length,
      currentCount: current.length,
      referenceMean: mean(reference),
      currentMean: mean(current),
      statistic,
      stability,
      pValue,
      hasDrifted: pValue < alarmRate / rowCount && stability >= stabilityFrom,
    },
  ];
}

function termsRow(
  reference: readonly (readonly string[])[],
  current: readonly (readonly string[])[],
): DriftRow[] {
  if (Math.min(reference.length, current.length) < driftCountMin) return [];
  const prng = createPrng(1);
  const test = compareTerms(reference, current, { permutationCount, prng });
  return [
    {
      what: "terms of queries",
      statistic: test.divergence,
      pValue: test.pValue,
      referenceCount: reference.length,
      currentCount: current.length,
      referenceMean: null,
      currentMean: null,
      stability: null,
      hasDrifted: test.pValue < alarmRate / rowCount && test.divergence >= divergenceFrom,
    },
  ];
}
