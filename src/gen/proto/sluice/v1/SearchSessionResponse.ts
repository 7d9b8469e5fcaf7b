// Original file: sluice/v1/search.proto

import type { SearchUpdate as _sluice_v1_SearchUpdate, SearchUpdate__Output as _sluice_v1_SearchUpdate__Output } from '../../sluice/v1/SearchUpdate.js';

export interface SearchSessionResponse {
  'query_number'?: (number);
  'update'?: (_sluice_v1_SearchUpdate | null);
}

export interface SearchSessionResponse__Output {
  'query_number': (number);
  'update': (_sluice_v1_SearchUpdate__Output | null);
}
