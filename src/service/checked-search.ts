// Checks of searches, rankings and explanations that do not depend on the port.

import { checkQuery, checkRequest } from "../contract/check-fields.js";
import { explainRequestFields } from "../contract/explain.js";
import type { ExplainRequest } from "../contract/explain.js";
import { rerankRequestFields } from "../contract/rerank.js";
import type { RerankRequest } from "../contract/rerank.js";
import { searchRequestFields } from "../contract/search-request.js";
import type { SearchRequest } from "../contract/search-request.js";

/** Throws when a required field is missing or a value is out of range. */
export function checkedSearch(request: Partial<SearchRequest>): SearchRequest {
  checkRequest<SearchRequest>(searchRequestFields, request);
  checkQuery(request, "query");
  for (const [i, query] of (request.otherQueries ?? []).entries())
    checkQuery(query, `other_queries[${i}]`);
  return request;
}

/** As checkedSearch. */
export function checkedExplain(request: Partial<ExplainRequest>): ExplainRequest {
  checkRequest<ExplainRequest>(explainRequestFields, request);
  checkQuery(request, "query");
  return request;
}

/** As checkedSearch. */
export function checkedRerank(request: Partial<RerankRequest>): RerankRequest {
  checkRequest<RerankRequest>(rerankRequestFields, request);
  checkQuery(request, "query");
  return request;
}
