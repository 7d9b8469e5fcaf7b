// Derives graded judgments from user feedback.

import type { RecordedFeedback } from "../core/feedback.js";
import type { Judgments } from "./measures.js";

/** A query with feedback, and the judgments derived from it. */
export interface FeedbackQuery {
  /** `q` and a number from 1, in the order of first events. */
  readonly id: string;
  readonly text: string;
  readonly judgments: Judgments;
}

/** Dwell time that counts as a sign of relevance: 30 s, after Fox et al., TOIS 2005. */
export const dwellMsFrom = 30_000;

/**
 * The last explicit judgment of a query and document counts (relevant: 2, not relevant: 0). Without
 * one, a click, a copy or a dwell time of at least `dwellMsFrom` gives 1; shorter dwell times are
 * ignored. Queries are equal when their trimmed texts are. Queries without any judgment are
 * omitted.
 */
export function judgmentsOf(events: Iterable<RecordedFeedback>): FeedbackQuery[] {
  const queries = new Map<string, { judged: Map<string, number>; implied: Map<string, number> }>();
  for (const { queryText, key, kind, dwellMs } of events) {
    const text = queryText.trim();
    const query = queries.get(text) ?? { judged: new Map(), implied: new Map() };
    queries.set(text, query);
    if (kind === "relevant") query.judged.set(key, 2);
    else if (kind === "not_relevant") query.judged.set(key, 0);
    else if (kind !== "dwell" || dwellMs >= dwellMsFrom) query.implied.set(key, 1);
  }
  return [...queries]
    .map(([text, { judged, implied }]) => ({ text, judgments: new Map([...implied, ...judged]) }))
    .filter(({ judgments }) => judgments.size > 0)
    .map((query, i) => ({ id: `q${i + 1}`, ...query }));
}
