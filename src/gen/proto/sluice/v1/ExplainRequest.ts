// Original file: sluice/v1/search.proto

import type { Query as _sluice_v1_Query, Query__Output as _sluice_v1_Query__Output } from '../../sluice/v1/Query.js';

export interface ExplainRequest {
  'collection'?: (string);
  'query'?: (_sluice_v1_Query | null);
  'key'?: (string);
  'passage_number'?: (number);
  '_passage_number'?: "passage_number";
}

export interface ExplainRequest__Output {
  'collection': (string);
  'query': (_sluice_v1_Query__Output | null);
  'key': (string);
  'passage_number'?: (number);
  '_passage_number'?: "passage_number";
}
