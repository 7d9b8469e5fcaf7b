// What is told of a slow search: to the log its plan and its timings, never its texts; to those who
// administer its collection the text of its query.

import type { SearchRequest } from "../contract/search-request.js";
import type { SearchUpdate } from "../contract/search-update.js";
import type { SlowSearch } from "../contract/slow-searches.js";
import { characterStart } from "../core/character-start.js";
import { limits } from "../core/limits.js";
import type { FinishedSearch } from "../observability/metrics.js";
import type { SearchPlan } from "../search/plan.js";
import type { PlannedSearch, SearchCall } from "./api.js";

/** For the log. */
export interface LoggedSearch
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
  | "refinePoolSize"
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

export function loggedSearch(
  finished: FinishedSearch,
  search: {
    readonly request: SearchRequest;
    readonly call: SearchCall;
    readonly last: SearchUpdate | undefined;
    readonly planned: PlannedSearch | undefined;
  },
): LoggedSearch {
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

/** The last slow searches, in memory. */
export interface SlowSearchMemory {
  add(search: SlowSearch): void;
  /** The newest first. */
  list(): readonly SlowSearch[];
  /** Forgets those of a collection. */
  forget(collection: string): void;
}

export function createSlowSearchMemory(): SlowSearchMemory {
  let kept: readonly SlowSearch[] = [];
  return {
    add: (search) => void (kept = [search, ...kept].slice(0, limits.slowSearchesMax)),
    list: () => kept,
    forget: (name) => void (kept = kept.filter(({ collection }) => collection !== name)),
  };
}

export function keptSearch(
  { outcome, durationMs, firstUpdateMs }: FinishedSearch,
  search: {
    readonly request: SearchRequest;
    readonly call: SearchCall;
    readonly last: SearchUpdate | undefined;
    /** Milliseconds since 1970. */
    readonly endTimeMs: number;
  },
): SlowSearch {
  const { request, call, last, endTimeMs } = search;
  const { collection, text = "" } = request;
  return {
    collection,
    queryText: text.slice(0, characterStart(text, limits.slowSearchTextMax)),
    endTimeMs,
    durationUs: 1000 * durationMs,
    firstUpdateUs: firstUpdateMs === undefined ? undefined : 1000 * firstUpdateMs,
    outcome,
    certificate: last?.certificate,
    timings: last?.timings,
    coverage: last?.coverage,
    degradations: last?.degradations ?? [],
    requestId: call.requestId,
  };
}

function loggedPlan({ plan, generation }: PlannedSearch): LoggedPlan {
  const { k, sketchPoolSize, lexicalPoolSize, refinePoolSize, lexicalWeight } = plan;
  const { expectedRecall, stageBudgets, batchPassages, rerank, facets, context } = plan;
  const { passageCount } = generation.totals;
  return {
    k,
    sketchPoolSize,
    lexicalPoolSize,
    refinePoolSize,
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
