// Original file: sluice/v1/search.proto

import type { Span as _sluice_v1_Span, Span__Output as _sluice_v1_Span__Output } from '../../sluice/v1/Span.js';

export interface TokenMatch {
  'query_token'?: (string);
  'query_span'?: (_sluice_v1_Span | null);
  'passage_row'?: (number);
  'passage_span'?: (_sluice_v1_Span | null);
  'score'?: (number | string);
  'title_span'?: (_sluice_v1_Span | null);
  'passage_token'?: (string);
}

export interface TokenMatch__Output {
  'query_token': (string);
  'query_span': (_sluice_v1_Span__Output | null);
  'passage_row': (number);
  'passage_span': (_sluice_v1_Span__Output | null);
  'score': (number);
  'title_span': (_sluice_v1_Span__Output | null);
  'passage_token': (string);
}
