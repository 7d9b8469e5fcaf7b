// Original file: sluice/v1/search.proto

import type { Query as _sluice_v1_Query, Query__Output as _sluice_v1_Query__Output } from '../../sluice/v1/Query.js';
import type { RerankItem as _sluice_v1_RerankItem, RerankItem__Output as _sluice_v1_RerankItem__Output } from '../../sluice/v1/RerankItem.js';
import type { WindowPooling as _sluice_v1_WindowPooling, WindowPooling__Output as _sluice_v1_WindowPooling__Output } from '../../sluice/v1/WindowPooling.js';

export interface RerankRequest {
  'query'?: (_sluice_v1_Query | null);
  'items'?: (_sluice_v1_RerankItem)[];
  'model'?: (string);
  'top_n'?: (number);
  'min_score'?: (number | string);
  'window_pooling'?: (_sluice_v1_WindowPooling);
  'budget_ms'?: (number);
  '_top_n'?: "top_n";
  '_min_score'?: "min_score";
  '_budget_ms'?: "budget_ms";
}

export interface RerankRequest__Output {
  'query': (_sluice_v1_Query__Output | null);
  'items': (_sluice_v1_RerankItem__Output)[];
  'model': (string);
  'top_n'?: (number);
  'min_score'?: (number);
  'window_pooling': (_sluice_v1_WindowPooling__Output);
  'budget_ms'?: (number);
  '_top_n'?: "top_n";
  '_min_score'?: "min_score";
  '_budget_ms'?: "budget_ms";
}
