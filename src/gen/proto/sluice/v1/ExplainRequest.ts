// Original file: sluice/v1/search.proto

import type { Query as _sluice_v1_Query, Query__Output as _sluice_v1_Query__Output } from '../../sluice/v1/Query.js';
import type { Filter as _sluice_v1_Filter, Filter__Output as _sluice_v1_Filter__Output } from '../../sluice/v1/Filter.js';
import type { SpanUnit as _sluice_v1_SpanUnit, SpanUnit__Output as _sluice_v1_SpanUnit__Output } from '../../sluice/v1/SpanUnit.js';

export interface ExplainRequest {
  'collection'?: (string);
  'query'?: (_sluice_v1_Query | null);
  'key'?: (string);
  'passage_number'?: (number);
  'lexical_weight'?: (number | string);
  'filter'?: (_sluice_v1_Filter | null);
  'span_unit'?: (_sluice_v1_SpanUnit);
  '_passage_number'?: "passage_number";
  '_lexical_weight'?: "lexical_weight";
}

export interface ExplainRequest__Output {
  'collection': (string);
  'query': (_sluice_v1_Query__Output | null);
  'key': (string);
  'passage_number'?: (number);
  'lexical_weight'?: (number);
  'filter': (_sluice_v1_Filter__Output | null);
  'span_unit': (_sluice_v1_SpanUnit__Output);
  '_passage_number'?: "passage_number";
  '_lexical_weight'?: "lexical_weight";
}
