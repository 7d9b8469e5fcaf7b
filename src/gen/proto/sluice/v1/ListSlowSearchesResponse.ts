// Original file: sluice/v1/search.proto

import type { SlowSearch as _sluice_v1_SlowSearch, SlowSearch__Output as _sluice_v1_SlowSearch__Output } from '../../sluice/v1/SlowSearch.js';

export interface ListSlowSearchesResponse {
  'searches'?: (_sluice_v1_SlowSearch)[];
}

export interface ListSlowSearchesResponse__Output {
  'searches': (_sluice_v1_SlowSearch__Output)[];
}
