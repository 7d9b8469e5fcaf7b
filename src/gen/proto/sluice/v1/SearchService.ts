// Original file: sluice/v1/search.proto

import type { MethodDefinition } from '@grpc/proto-loader'
import type { ExplainRequest as _sluice_v1_ExplainRequest, ExplainRequest__Output as _sluice_v1_ExplainRequest__Output } from '../../sluice/v1/ExplainRequest.js';
import type { ExplainResponse as _sluice_v1_ExplainResponse, ExplainResponse__Output as _sluice_v1_ExplainResponse__Output } from '../../sluice/v1/ExplainResponse.js';
import type { ListFeedbackRequest as _sluice_v1_ListFeedbackRequest, ListFeedbackRequest__Output as _sluice_v1_ListFeedbackRequest__Output } from '../../sluice/v1/ListFeedbackRequest.js';
import type { ListFeedbackResponse as _sluice_v1_ListFeedbackResponse, ListFeedbackResponse__Output as _sluice_v1_ListFeedbackResponse__Output } from '../../sluice/v1/ListFeedbackResponse.js';
import type { ListSlowSearchesRequest as _sluice_v1_ListSlowSearchesRequest, ListSlowSearchesRequest__Output as _sluice_v1_ListSlowSearchesRequest__Output } from '../../sluice/v1/ListSlowSearchesRequest.js';
import type { ListSlowSearchesResponse as _sluice_v1_ListSlowSearchesResponse, ListSlowSearchesResponse__Output as _sluice_v1_ListSlowSearchesResponse__Output } from '../../sluice/v1/ListSlowSearchesResponse.js';
import type { RerankRequest as _sluice_v1_RerankRequest, RerankRequest__Output as _sluice_v1_RerankRequest__Output } from '../../sluice/v1/RerankRequest.js';
import type { RerankResponse as _sluice_v1_RerankResponse, RerankResponse__Output as _sluice_v1_RerankResponse__Output } from '../../sluice/v1/RerankResponse.js';
import type { SearchRequest as _sluice_v1_SearchRequest, SearchRequest__Output as _sluice_v1_SearchRequest__Output } from '../../sluice/v1/SearchRequest.js';
import type { SearchResponse as _sluice_v1_SearchResponse, SearchResponse__Output as _sluice_v1_SearchResponse__Output } from '../../sluice/v1/SearchResponse.js';
import type { SearchSessionRequest as _sluice_v1_SearchSessionRequest, SearchSessionRequest__Output as _sluice_v1_SearchSessionRequest__Output } from '../../sluice/v1/SearchSessionRequest.js';
import type { SearchSessionResponse as _sluice_v1_SearchSessionResponse, SearchSessionResponse__Output as _sluice_v1_SearchSessionResponse__Output } from '../../sluice/v1/SearchSessionResponse.js';
import type { SendFeedbackRequest as _sluice_v1_SendFeedbackRequest, SendFeedbackRequest__Output as _sluice_v1_SendFeedbackRequest__Output } from '../../sluice/v1/SendFeedbackRequest.js';
import type { SendFeedbackResponse as _sluice_v1_SendFeedbackResponse, SendFeedbackResponse__Output as _sluice_v1_SendFeedbackResponse__Output } from '../../sluice/v1/SendFeedbackResponse.js';

export interface SearchServiceDefinition {
  Explain: MethodDefinition<_sluice_v1_ExplainRequest, _sluice_v1_ExplainResponse, _sluice_v1_ExplainRequest__Output, _sluice_v1_ExplainResponse__Output>
  ListFeedback: MethodDefinition<_sluice_v1_ListFeedbackRequest, _sluice_v1_ListFeedbackResponse, _sluice_v1_ListFeedbackRequest__Output, _sluice_v1_ListFeedbackResponse__Output>
  ListSlowSearches: MethodDefinition<_sluice_v1_ListSlowSearchesRequest, _sluice_v1_ListSlowSearchesResponse, _sluice_v1_ListSlowSearchesRequest__Output, _sluice_v1_ListSlowSearchesResponse__Output>
  Rerank: MethodDefinition<_sluice_v1_RerankRequest, _sluice_v1_RerankResponse, _sluice_v1_RerankRequest__Output, _sluice_v1_RerankResponse__Output>
  Search: MethodDefinition<_sluice_v1_SearchRequest, _sluice_v1_SearchResponse, _sluice_v1_SearchRequest__Output, _sluice_v1_SearchResponse__Output>
  SearchSession: MethodDefinition<_sluice_v1_SearchSessionRequest, _sluice_v1_SearchSessionResponse, _sluice_v1_SearchSessionRequest__Output, _sluice_v1_SearchSessionResponse__Output>
  SendFeedback: MethodDefinition<_sluice_v1_SendFeedbackRequest, _sluice_v1_SendFeedbackResponse, _sluice_v1_SendFeedbackRequest__Output, _sluice_v1_SendFeedbackResponse__Output>
}
