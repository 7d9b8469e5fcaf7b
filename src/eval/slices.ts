// Splits an evaluation into groups of queries, to show where a system is good and where it is not.

import type { Evaluation } from "./evaluate.js";
import { mean, quantile } from "./statistics.js";

export interface QuerySlice {
  readonly name: string;
  readonly queryCount: number;
  /** In the order of the evaluation's `measures`. */
  readonly means: readonly number[];
}

/** One slice per label, sorted by label; queries without a label are omitted. */
export function sliceQueries(
  evaluation: Evaluation,
  labelOf: (query: string) => string | undefined,
): QuerySlice[] {
  const groups = new Map<string, (readonly number[])[]>();
  for (const { query, values } of evaluation.queries) {
    const label = labelOf(query);
    if (label === undefined) continue;
    const group = groups.get(label) ?? [];
    groups.set(label, group);
    group.push(values);
  }
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([name, rows]) => ({
      name,
      queryCount: rows.length,
      means: evaluation.measures.map((_, i) => mean(rows.map((values) => values[i] ?? 0))),
    }));
}

/** Band of a query by its number of words. */
export function lengthBand(text: string): string {
  const words = text.split(/\s+/).filter((word) => word !== "").length;
  if (words <= 3) return "1-3 words";
  if (words <= 7) return "4-7 words";
  return words <= 15 ? "8-15 words" : "16 words and more";
}

/** Bands by quartiles of a value per query, such as the score of its first hit. */
export function quartileBands(values: ReadonlyMap<string, number>): Map<string, string> {
  const sorted = Float64Array.from(values.values()).sort();
  const edges = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
  return new Map(
    Array.from(values, ([query, value]) => {
      const band = edges.filter((edge) => value > edge).length;
      const from = quantile(sorted, band / 4).toFixed(3);
      const to = quantile(sorted, (band + 1) / 4).toFixed(3);
      return [query, `quarter ${band + 1}: ${from} to ${to}`];
    }),
  );
}
