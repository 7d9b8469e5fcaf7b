// BM25 over the whole generation: exact scores of every passage, exact top documents.

import { selectTopRows } from "../../index/bm25/top-rows.js";
import { eligibleRowsOf } from "../../index/eligible-rows.js";
import { liveTermIdsOf } from "../../index/generation.js";
import type { Generation } from "../../index/generation.js";
import { toCandidates } from "../fusion.js";
import type { Candidate } from "../fusion.js";
import type { SearchPlan } from "../plan.js";
import { createRanking } from "../ranking.js";
import type { RankedPassage } from "../ranking.js";
import { partsOf } from "../search-context.js";
import type { ScopedContext } from "../search-context.js";

export interface LexicalResult {
  /** Exact top k documents by BM25. */
  readonly top: readonly RankedPassage[];
  /** The best passages, plan.lexicalPoolSize at most. */
  readonly candidates: readonly Candidate[];
  /** Best BM25 of any eligible passage; 0 when nothing matches. */
  readonly bm25Top: number;
  /** Exact BM25 of any passage of the generation. */
  bm25Of(passage: { readonly segment: number; readonly row: number }): number;
}

/** What a search without terms has instead. */
export const noLexicalResult: LexicalResult = {
  top: [],
  candidates: [],
  bm25Top: 0,
  bm25Of: () => 0,
};

/** One task in a worker. Undefined when cancelled. */
export async function lexicalStage(
  context: ScopedContext,
  plan: SearchPlan,
): Promise<LexicalResult | undefined> {
  const { generation, scorer, cancel, scope } = context;
  const topCount = Math.max(plan.lexicalPoolSize, plan.k);
  const answer = await scorer.lexical({
    kind: "lexical",
    parts: partsOf(generation),
    eligible: scope.eligible,
    terms: plan.terms.map(({ term, frequency }) => ({
      utf8: Buffer.from(term, "utf8"),
      frequency,
    })),
    liveTermIds: liveTermIdsOf(
      generation,
      plan.terms.map(({ term }) => term),
    ),
    totals: generation.totals,
    topCount,
    cancel,
  });
  if (answer === undefined) return undefined;
  const scores = splitScores(answer.scores, generation);
  const { segments } = generation;
  let found = answer.top;
  let top = topDocuments(generation, found, plan.k);
  // Several passages of one document may fill the top: look further until k documents are found.
  for (
    let count = 4 * topCount;
    top.length < plan.k && found.rows.length >= count / 4;
    count *= 4
  ) {
    const more = selectTopRows(
      scores.map((array, i) => ({ scores: array, eligible: eligibleRowsOf(scope.eligible, i) })),
      count,
    );
    found = { parts: more.segments, rows: more.rows, scores: more.scores };
    top = topDocuments(generation, found, plan.k);
  }
  return {
    top,
    candidates: toCandidates(answer.top, segments, plan.lexicalPoolSize),
    bm25Top: answer.top.scores[0] ?? 0,
    bm25Of: ({ segment, row }) => scores[segment]?.[row] ?? 0,
  };
}

function topDocuments(
  generation: Generation,
  found: { parts: Uint32Array; rows: Uint32Array; scores: Float32Array | Int32Array },
  k: number,
): readonly RankedPassage[] {
  const ranking = createRanking(generation.segments, k);
  for (const [i, row] of found.rows.entries())
    ranking.offer({ segment: found.parts[i] ?? 0, row, score: found.scores[i] ?? 0 });
  return ranking.top();
}

function splitScores(shared: SharedArrayBuffer, generation: Generation): Float32Array[] {
  let end = 0;
  return generation.segments.map(({ part }) => {
    const count = part.rowCount;
    end += count;
    return new Float32Array(shared, 4 * (end - count), count);
  });
}
