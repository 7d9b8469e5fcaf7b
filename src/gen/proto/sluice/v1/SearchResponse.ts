// Original file: sluice/v1/search.proto

import type { SearchUpdate as _sluice_v1_SearchUpdate, SearchUpdate__Output as _sluice_v1_SearchUpdate__Output } from '../../sluice/v1/SearchUpdate.js';

export interface SearchResponse {
  'update'?: (_sluice_v1_SearchUpdate | null);
}

export interface SearchResponse__Output {
  'update': (_sluice_v1_SearchUpdate__Output | null);
}
