// Original file: sluice/v1/search.proto

import type { SearchRequest as _sluice_v1_SearchRequest, SearchRequest__Output as _sluice_v1_SearchRequest__Output } from '../../sluice/v1/SearchRequest.js';

export interface SearchSessionRequest {
  'query_number'?: (number);
  'search'?: (_sluice_v1_SearchRequest | null);
}

export interface SearchSessionRequest__Output {
  'query_number': (number);
  'search': (_sluice_v1_SearchRequest__Output | null);
}
