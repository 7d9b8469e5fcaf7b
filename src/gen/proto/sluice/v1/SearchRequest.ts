// Original file: sluice/v1/search.proto

import type { Query as _sluice_v1_Query, Query__Output as _sluice_v1_Query__Output } from '../../sluice/v1/Query.js';
import type { Filter as _sluice_v1_Filter, Filter__Output as _sluice_v1_Filter__Output } from '../../sluice/v1/Filter.js';
import type { PayloadOptions as _sluice_v1_PayloadOptions, PayloadOptions__Output as _sluice_v1_PayloadOptions__Output } from '../../sluice/v1/PayloadOptions.js';
import type { Fusion as _sluice_v1_Fusion, Fusion__Output as _sluice_v1_Fusion__Output } from '../../sluice/v1/Fusion.js';
import type { RerankOptions as _sluice_v1_RerankOptions, RerankOptions__Output as _sluice_v1_RerankOptions__Output } from '../../sluice/v1/RerankOptions.js';
import type { GroupBy as _sluice_v1_GroupBy, GroupBy__Output as _sluice_v1_GroupBy__Output } from '../../sluice/v1/GroupBy.js';
import type { ContextOptions as _sluice_v1_ContextOptions, ContextOptions__Output as _sluice_v1_ContextOptions__Output } from '../../sluice/v1/ContextOptions.js';
import type { StageBudgets as _sluice_v1_StageBudgets, StageBudgets__Output as _sluice_v1_StageBudgets__Output } from '../../sluice/v1/StageBudgets.js';
import type { Priority as _sluice_v1_Priority, Priority__Output as _sluice_v1_Priority__Output } from '../../sluice/v1/Priority.js';
import type { Long } from '@grpc/proto-loader';

export interface SearchRequest {
  'collection'?: (string);
  'query'?: (_sluice_v1_Query | null);
  'other_queries'?: (_sluice_v1_Query)[];
  'k'?: (number);
  'filter'?: (_sluice_v1_Filter | null);
  'payload'?: (_sluice_v1_PayloadOptions | null);
  'exhaustive'?: (boolean);
  'sketch_pool_size'?: (number);
  'lexical_pool_size'?: (number);
  'min_recall'?: (number | string);
  'fusion'?: (_sluice_v1_Fusion);
  'lexical_weight'?: (number | string);
  'min_score'?: (number | string);
  'rerank'?: (_sluice_v1_RerankOptions | null);
  'group_by'?: (_sluice_v1_GroupBy | null);
  'dedupe_field'?: (string);
  'context'?: (_sluice_v1_ContextOptions | null);
  'budget_ms'?: (number);
  'stage_budgets'?: (_sluice_v1_StageBudgets | null);
  'min_update_interval_ms'?: (number);
  'min_sequence'?: (number | string | Long);
  'priority'?: (_sluice_v1_Priority);
  'min_probability'?: (number | string);
  'softmax_temperature'?: (number | string);
  '_k'?: "k";
  '_sketch_pool_size'?: "sketch_pool_size";
  '_lexical_pool_size'?: "lexical_pool_size";
  '_min_recall'?: "min_recall";
  '_lexical_weight'?: "lexical_weight";
  '_min_score'?: "min_score";
  '_budget_ms'?: "budget_ms";
  '_min_update_interval_ms'?: "min_update_interval_ms";
  '_min_sequence'?: "min_sequence";
  '_min_probability'?: "min_probability";
  '_softmax_temperature'?: "softmax_temperature";
}

export interface SearchRequest__Output {
  'collection': (string);
  'query': (_sluice_v1_Query__Output | null);
  'other_queries': (_sluice_v1_Query__Output)[];
  'k'?: (number);
  'filter': (_sluice_v1_Filter__Output | null);
  'payload': (_sluice_v1_PayloadOptions__Output | null);
  'exhaustive': (boolean);
  'sketch_pool_size'?: (number);
  'lexical_pool_size'?: (number);
  'min_recall'?: (number);
  'fusion': (_sluice_v1_Fusion__Output);
  'lexical_weight'?: (number);
  'min_score'?: (number);
  'rerank': (_sluice_v1_RerankOptions__Output | null);
  'group_by': (_sluice_v1_GroupBy__Output | null);
  'dedupe_field': (string);
  'context': (_sluice_v1_ContextOptions__Output | null);
  'budget_ms'?: (number);
  'stage_budgets': (_sluice_v1_StageBudgets__Output | null);
  'min_update_interval_ms'?: (number);
  'min_sequence'?: (string);
  'priority': (_sluice_v1_Priority__Output);
  'min_probability'?: (number);
  'softmax_temperature'?: (number);
  '_k'?: "k";
  '_sketch_pool_size'?: "sketch_pool_size";
  '_lexical_pool_size'?: "lexical_pool_size";
  '_min_recall'?: "min_recall";
  '_lexical_weight'?: "lexical_weight";
  '_min_score'?: "min_score";
  '_budget_ms'?: "budget_ms";
  '_min_update_interval_ms'?: "min_update_interval_ms";
  '_min_sequence'?: "min_sequence";
  '_min_probability'?: "min_probability";
  '_softmax_temperature'?: "softmax_temperature";
}
