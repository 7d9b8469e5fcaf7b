// What the log tells of a slow search: its plan and its timings, never its texts.

import type { SearchRequest } from "../contract/search-request.js";
import type { SearchUpdate } from "../contract/search-update.js";
import type { FinishedSearch } from "../observability/metrics.js";
import type { SearchCall } from "./api.js";

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
  /** Of the last update. Absent when none was sent. */
  readonly coverage?: SearchUpdate["coverage"] | undefined;
}

type Contents = Pick<SearchRequest, "text" | "vectors" | "otherQueries" | "filter">;

export function slowSearch(
  finished: FinishedSearch,
  search: {
    readonly request: SearchRequest;
    readonly call: SearchCall;
    readonly last: SearchUpdate | undefined;
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
    coverage: search.last?.coverage,
    request: {
      ...plan,
      textLength: text.length,
      queryCount: 1 + otherQueries.length,
      hasFilter: filter !== undefined,
    },
  };
}
