// Original file: sluice/v1/search.proto

import type { ContextOrder as _sluice_v1_ContextOrder, ContextOrder__Output as _sluice_v1_ContextOrder__Output } from '../../sluice/v1/ContextOrder.js';

export interface ContextOptions {
  'token_budget'?: (number);
  'order'?: (_sluice_v1_ContextOrder);
  'tokenizer'?: (string);
}

export interface ContextOptions__Output {
  'token_budget': (number);
  'order': (_sluice_v1_ContextOrder__Output);
  'tokenizer': (string);
}
