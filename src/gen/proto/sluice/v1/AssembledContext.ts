// Original file: sluice/v1/search.proto

import type { ContextPassage as _sluice_v1_ContextPassage, ContextPassage__Output as _sluice_v1_ContextPassage__Output } from '../../sluice/v1/ContextPassage.js';

export interface AssembledContext {
  'passages'?: (_sluice_v1_ContextPassage)[];
  'token_count'?: (number);
}

export interface AssembledContext__Output {
  'passages': (_sluice_v1_ContextPassage__Output)[];
  'token_count': (number);
}
