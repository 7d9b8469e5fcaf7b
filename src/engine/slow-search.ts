// What the log tells of a slow search: its plan and its timings, never its texts.

import type { SearchRequest } from "../contract/search-request.js";
import type { SearchUpdate } from "../contract/search-update.js";
import type { FinishedSearch } from "../observability/metrics.js";
import type { SearchPlan } from "../search/plan.js";
import type { PlannedSearch, SearchCall } from "./api.js";

export interface SlowSearch
  extends FinishedSearch, Pick<SearchCall, "requestId" | "traceId" | "peer"> {
  readonly client?: string | undefined;
  /** The request without its queries and the values of its filter. */
  readonly request: Omit<SearchRequest, keyof Contents> & {
    /** Characters of the query's text, and the number of all queries. */
    readonly textLength: number;
    readonly queryCount: number;
    readonly hasFilter: boolean;
  };
  /** What was done, with all defaults. Absent when the search did not have its turn. */
  readonly plan?: LoggedPlan | undefined;
  /** Of the last update. Absent when none was sent. */
  readonly coverage?: SearchUpdate["coverage"] | undefined;
}

interface LoggedPlan extends Pick<
  SearchPlan,
  | "k"
  | "sketchPoolSize"
  | "lexicalPoolSize"
  | "lexicalWeight"
  | "expectedRecall"
  | "stageBudgets"
  | "batchPassages"
  | "rerank"
> {
  /** Every eligible passage is scored. */
  readonly isExhaustive: boolean;
  readonly facetCount: number;
  readonly hasContext: boolean;
  /** State of the collection. */
  readonly generation: number;
  readonly passageCount: number;
  readonly segmentCount: number;
}

type Contents = Pick<SearchRequest, "text" | "vectors" | "otherQueries" | "filter">;

export function slowSearch(
  finished: FinishedSearch,
  search: {
    readonly request: SearchRequest;
    readonly call: SearchCall;
    readonly last: SearchUpdate | undefined;
    readonly planned: PlannedSearch | undefined;
  },
): SlowSearch {
  const { requestId, traceId, peer, client } = search.call;
  const { text = "", vectors: _vectors, otherQueries = [], filter, ...plan } = search.request;
  return {
    requestId,
    traceId,
    peer,
    client,
    ...finished,
    plan: search.planned && loggedPlan(search.planned),
    coverage: search.last?.coverage,
    request: {
      ...plan,
      textLength: text.length,
      queryCount: 1 + otherQueries.length,
      hasFilter: filter !== undefined,
    },
  };
}

function loggedPlan({ plan, generation }: PlannedSearch): LoggedPlan {
  const { k, sketchPoolSize, lexicalPoolSize, lexicalWeight, expectedRecall } = plan;
  const { stageBudgets, batchPassages, rerank, facets, context } = plan;
  const { passageCount } = generation.totals;
  return {
    k,
    sketchPoolSize,
    lexicalPoolSize,
    lexicalWeight,
    expectedRecall,
    stageBudgets,
    batchPassages,
    rerank,
    isExhaustive: passageCount <= plan.exhaustiveBelowPassages,
    facetCount: facets.length,
    hasContext: context !== undefined,
    generation: generation.number,
    passageCount,
    segmentCount: generation.segments.length,
  };
}
