// What re-ranking costs the searches that did not ask for it: pairs of runs with the same
// operations, in one of which half of the searches are re-ranked.

import * as z from "zod";
import { rounded, summary } from "../scale/summary.js";
import { runFiguresSchema } from "./generator.js";
import type { Generator } from "./generator.js";

export const rerankingSchema = z.strictObject({
  /** Offered operations per second. */
  perSecond: z.number().min(0),
  /** Share of the searches that are re-ranked. */
  share: z.number().min(0).max(1),
  pairs: z.array(z.strictObject({ without: runFiguresSchema, with: runFiguresSchema })),
  /**
   * Of the searches that are never re-ranked, over the pairs: median ratio of their 99th percentile
   * with re-ranking of the others to that without.
   */
  p99Ratio: z.number().min(0),
});

export type RerankingFigures = z.infer<typeof rerankingSchema>;

const share = 0.5;

/** The order alternates within pairs, so that drift favors neither. */
export async function measureReranking(
  generator: Generator,
  options: {
    readonly perSecond: number;
    readonly seconds: number;
    readonly pairs: number;
    readonly seed: number;
  },
): Promise<RerankingFigures> {
  const { perSecond, seconds, seed } = options;
  const pairs: RerankingFigures["pairs"] = [];
  for (let pair = 0; pair < options.pairs; pair += 1) {
    const run = (isAsked: boolean): ReturnType<Generator["run"]> =>
      generator.run([{ perSecond, seconds }], seed + 7 * pair, { share, isAsked });
    const isFirstAsked = pair % 2 === 1;
    const [first, second] = [await run(isFirstAsked), await run(!isFirstAsked)];
    pairs.push(isFirstAsked ? { with: first, without: second } : { without: first, with: second });
  }
  const ratios = pairs.map(
    (pair) => (pair.with.searches.finalMs.p99 ?? NaN) / (pair.without.searches.finalMs.p99 ?? NaN),
  );
  return { perSecond: rounded(perSecond), share, pairs, p99Ratio: rounded(summary(ratios).p50) };
}
