// Judgments out of feedback: what users did with hits, as graded relevance.

import type { RecordedFeedback } from "../core/feedback.js";
import type { Judgments } from "./measures.js";

/** A query that somebody gave feedback on, and what it says of documents. */
export interface FeedbackQuery {
  /** `q` and a number from 1, by the first event. */
  readonly id: string;
  readonly text: string;
  readonly judgments: Judgments;
}

/** Milliseconds from which staying with a document counts: Fox et al., TOIS 2005, took 30 s. */
export const dwellMsFrom = 30_000;

/**
 * The last judgment (relevant: 2, not relevant: 0) of a query and a document stands. Without one, a
 * click, a copy or a stay of `dwellMsFrom` gives 1; shorter stays say nothing. Queries are the same
 * when their texts are, but for blanks around them. Queries that nothing is said of are left out.
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
