// Original file: sluice/v1/search.proto

import type { Span as _sluice_v1_Span, Span__Output as _sluice_v1_Span__Output } from '../../sluice/v1/Span.js';

export interface ContextPassage {
  'key'?: (string);
  'span'?: (_sluice_v1_Span | null);
  'text'?: (string);
  'token_count'?: (number);
  'title'?: (string);
  'score'?: (number | string);
}

export interface ContextPassage__Output {
  'key': (string);
  'span': (_sluice_v1_Span__Output | null);
  'text': (string);
  'token_count': (number);
  'title': (string);
  'score': (number);
}
