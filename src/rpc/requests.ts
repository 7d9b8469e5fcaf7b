// Converts messages to requests and checks required fields and ranges.

import { checkRequest } from "../contract/check-fields.js";
import { explainRequestFields } from "../contract/explain.js";
import type { ExplainRequest } from "../contract/explain.js";
import { exportRequestFields } from "../contract/export.js";
import type { ExportRequest } from "../contract/export.js";
import { rerankRequestFields } from "../contract/rerank.js";
import type { RerankRequest } from "../contract/rerank.js";
import { searchRequestFields } from "../contract/search-request.js";
import type { SearchRequest } from "../contract/search-request.js";
import { checkedExplain, checkedRerank, checkedSearch } from "../service/checked-search.js";
import { invalidField } from "../contract/validate.js";
import type { ExplainRequest__Output } from "../gen/proto/sluice/v1/ExplainRequest.js";
import type { ExportRequest__Output } from "../gen/proto/sluice/v1/ExportRequest.js";
import type { RerankRequest__Output } from "../gen/proto/sluice/v1/RerankRequest.js";
import type { SearchRequest__Output } from "../gen/proto/sluice/v1/SearchRequest.js";
import { fromMessage } from "../wire/field-messages.js";

export function searchRequestFromMessage(message: SearchRequest__Output): SearchRequest {
  if (message.like === null) requireQuery(message);
  return checkedSearch(fromMessage<SearchRequest>(searchRequestFields, message));
}

function requireQuery({ query }: Pick<SearchRequest__Output, "query">): void {
  if (query === null) throw invalidField("query", "query is missing; send text or vectors");
}

export function rerankRequestFromMessage(message: RerankRequest__Output): RerankRequest {
  requireQuery(message);
  return checkedRerank(fromMessage<RerankRequest>(rerankRequestFields, message));
}

export function explainRequestFromMessage(message: ExplainRequest__Output): ExplainRequest {
  requireQuery(message);
  return checkedExplain(fromMessage<ExplainRequest>(explainRequestFields, message));
}

export function exportRequestFromMessage(message: ExportRequest__Output): ExportRequest {
  const request = fromMessage<ExportRequest>(exportRequestFields, message);
  checkRequest<ExportRequest>(exportRequestFields, request);
  return request;
}
