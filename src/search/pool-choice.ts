// The pool that reaches a wished recall, and the recall that is to be expected of a pool.

import { isEmptyQuery } from "../analysis/lexical-query.js";
import type { LexicalQuery } from "../analysis/lexical-query.js";
import { SluiceError } from "../core/errors.js";
import type { RecallCalibration } from "../store/stored-values.js";

/** What is known of a collection's recall. */
export interface KnownRecall {
  /** Absent when recall was never measured. */
  readonly measured: RecallCalibration | undefined;
  /** Too much has changed since. */
  readonly isStale: boolean;
  /** Passages that there are now. */
  readonly passageCount: number;
}

export const unknownRecall: KnownRecall = {
  measured: undefined,
  isStale: false,
  passageCount: Infinity,
};

/** The properties of a plan that decide whether the measured recall applies to it. */
interface PooledPlan {
  readonly k: number;
  readonly lexical: LexicalQuery;
  readonly variants: readonly unknown[];
  readonly filter: unknown;
  readonly exceptKey?: unknown;
  readonly caps: readonly unknown[];
  readonly order?: unknown;
  readonly exhaustiveBelowPassages: number;
  readonly sketchPoolSize: number;
  readonly lexicalPoolSize: number;
  readonly lexicalWeight: number;
}

/**
 * With `minRecall` the smallest measured pool whose lower bound reaches it. Pools are nested and
 * what is found in one is found in every larger one; so, before any query is seen, this is the
 * quantile of the pool sizes that the samples needed, and its promise holds as that of each single
 * bound (eval/conformal.ts): choosing costs nothing. Where no pool reaches it, or the figures do
 * not speak of this search, every eligible passage is scored, which keeps the promise. Throws
 * INVALID_FIELD, and NOT_CALIBRATED unless the collection is scored whole in any case.
 */
export function withRecall<Plan extends PooledPlan>(
  plan: Plan,
  asked: { readonly minRecall?: number | undefined; readonly sketchPoolSize?: number | undefined },
  known: KnownRecall,
): Plan & { readonly expectedRecall: number | undefined } {
  const { minRecall } = asked;
  if (minRecall === undefined) return { ...plan, expectedRecall: expectedRecall(plan, known) };
  checkMinRecall(minRecall, asked.sketchPoolSize);
  const scoredWhole = { ...plan, exhaustiveBelowPassages: Infinity, expectedRecall: undefined };
  if (known.passageCount <= plan.exhaustiveBelowPassages) return scoredWhole;
  if (known.measured === undefined || known.isStale)
    throw new SluiceError(
      "NOT_CALIBRATED",
      `min_recall is ${minRecall}, and the collection's recall ${
        known.isStale ? "was measured before much of it changed" : "was never measured"
      }; calibrate it, or set sketch_pool_size`,
      { field: "min_recall" },
    );
  const reaching = isAsMeasured(plan, known.measured)
    ? known.measured.estimates.find(({ recallLowerBound }) => recallLowerBound >= minRecall)
    : undefined;
  if (reaching === undefined) return scoredWhole;
  const sketchPoolSize = Math.max(plan.k, reaching.poolSize);
  const chosen = { ...plan, sketchPoolSize };
  return { ...chosen, expectedRecall: expectedRecall(chosen, known) };
}

function checkMinRecall(minRecall: number, sketchPoolSize: number | undefined): void {
  const fault =
    sketchPoolSize !== undefined
      ? "min_recall chooses the pool, and sketch_pool_size is set too; leave one out"
      : minRecall > 0 && minRecall <= 1
        ? undefined
        : `min_recall is ${minRecall}, it must be above 0 and at most 1`;
  if (fault !== undefined) throw new SluiceError("INVALID_FIELD", fault, { field: "min_recall" });
}

/**
 * Recall of the largest measured pool that the plan's pool contains. Returns undefined when recall
 * was not measured for such a search.
 */
function expectedRecall(plan: PooledPlan, { measured, isStale }: KnownRecall): number | undefined {
  if (measured === undefined || isStale || !isAsMeasured(plan, measured)) return undefined;
  return measured.estimates.findLast(({ poolSize }) => poolSize <= plan.sketchPoolSize)?.recall;
}

/** A larger lexical pool only adds; anything else makes another ranking, or another population. */
function isAsMeasured(plan: PooledPlan, measured: RecallCalibration): boolean {
  return (
    plan.filter === undefined &&
    plan.exceptKey === undefined &&
    plan.lexical.excluded.length === 0 &&
    plan.caps.length === 0 &&
    plan.order === undefined &&
    plan.variants.length === 1 &&
    plan.lexicalWeight === measured.lexicalWeight &&
    isEmptyQuery(plan.lexical) !== measured.hasWords &&
    (!measured.hasWords || plan.lexicalPoolSize >= measured.lexicalPoolSize)
  );
}
