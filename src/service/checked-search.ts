// Checks of a search that do not depend on the port.

import { checkQuery, checkRequest } from "../contract/check-fields.js";
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
