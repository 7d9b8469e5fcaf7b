// Evaluates one query's ranking against its judgments, with the measure names of ir_measures and
// the values of trec_eval.

import { SluiceError } from "../core/errors.js";

export type MeasureName = "nDCG" | "RR" | "AP" | "R" | "P" | "Success" | "Judged";

/** A measure over the first `cutoff` ranks, or over the whole ranking. */
export interface Measure {
  readonly name: MeasureName;
  readonly cutoff?: number | undefined;
}

/** Relevance of each judged document; 0 and below mean not relevant. */
export type Judgments = ReadonlyMap<string, number>;

/**
 * Value of a measure in [0, 1]. `ranking`: distinct document keys, best first. With r relevant
 * documents (of relevance above 0) among those judged:
 * - nDCG: sum of relevance / log2(rank + 1), divided by that of the best possible ranking
 * - RR: 1 / rank of the first relevant document
 * - AP: mean over the r relevant documents of the precision at their rank, 0 if not found
 * - R: found relevant / r. P: found relevant / cutoff (whole ranking: / its length)
 * - Success: 1 if a relevant document was found (hit rate). Judged: share of ranks that were
 *   judged
 *
 * 0 if r is 0. O(cutoff + judged log judged).
 */
export function measureRanking(
  measure: Measure,
  ranking: readonly string[],
  judgments: Judgments,
): number {
  const places = measure.cutoff === undefined ? ranking : ranking.slice(0, measure.cutoff);
  switch (measure.name) {
    case "nDCG":
      return ndcg(places, judgments, measure.cutoff);
    case "RR":
      return reciprocalRank(places, judgments);
    case "AP":
      return averagePrecision(places, judgments);
    case "R":
      return ratio(countRelevant(places, judgments), relevantCount(judgments));
    case "P":
      return ratio(countRelevant(places, judgments), measure.cutoff ?? places.length);
    case "Success":
      return countRelevant(places, judgments) > 0 ? 1 : 0;
    case "Judged":
      return ratio(places.filter((key) => judgments.has(key)).length, places.length);
  }
}

/** Parses `nDCG@10`, `RR`, `R@100`, ... Throws INVALID_FIELD listing the known measures. */
export function parseMeasure(text: string): Measure {
  const match = /^(\w+)(?:@(\d{1,9}))?$/.exec(text);
  const name = match === null ? undefined : measureNames.get((match[1] ?? "").toLowerCase());
  const cutoff = match?.[2] === undefined ? undefined : Number(match[2]);
  if (name === undefined || cutoff === 0) {
    const known = [...new Set(measureNames.values())].map((known) => `${known}@k`).join(", ");
    throw new SluiceError("INVALID_FIELD", `unknown measure "${text}"; known: ${known}`);
  }
  return cutoff === undefined ? { name } : { name, cutoff };
}

/** The written form, such as `nDCG@10`. */
export function formatMeasure({ name, cutoff }: Measure): string {
  return cutoff === undefined ? name : `${name}@${cutoff}`;
}

const measureNames: ReadonlyMap<string, MeasureName> = new Map([
  ["ndcg", "nDCG"],
  ["rr", "RR"],
  ["mrr", "RR"],
  ["ap", "AP"],
  ["map", "AP"],
  ["r", "R"],
  ["recall", "R"],
  ["p", "P"],
  ["precision", "P"],
  ["success", "Success"],
  ["hitrate", "Success"],
  ["judged", "Judged"],
]);

/** Number of documents with a relevance above 0. */
export function relevantCount(judgments: Judgments): number {
  let count = 0;
  for (const relevance of judgments.values()) if (relevance > 0) count += 1;
  return count;
}

function ndcg(places: readonly string[], judgments: Judgments, cutoff: number | undefined): number {
  const gains = places.map((key) => gainOf(key, judgments));
  const ideal = [...judgments.values()].filter((relevance) => relevance > 0);
  ideal.sort((a, b) => b - a);
  return ratio(discounted(gains), discounted(ideal.slice(0, cutoff)));
}

function discounted(gains: readonly number[]): number {
  let sum = 0;
  for (const [index, gain] of gains.entries()) sum += gain / Math.log2(index + 2);
  return sum;
}

function reciprocalRank(places: readonly string[], judgments: Judgments): number {
  const index = places.findIndex((key) => gainOf(key, judgments) > 0);
  return index < 0 ? 0 : 1 / (index + 1);
}

function averagePrecision(places: readonly string[], judgments: Judgments): number {
  let found = 0;
  let sum = 0;
  for (const [index, key] of places.entries()) {
    if (gainOf(key, judgments) === 0) continue;
    found += 1;
    sum += found / (index + 1);
  }
  return ratio(sum, relevantCount(judgments));
}

function countRelevant(places: readonly string[], judgments: Judgments): number {
  let count = 0;
  for (const key of places) if (gainOf(key, judgments) > 0) count += 1;
  return count;
}

function gainOf(key: string, judgments: Judgments): number {
  return Math.max(0, judgments.get(key) ?? 0);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
