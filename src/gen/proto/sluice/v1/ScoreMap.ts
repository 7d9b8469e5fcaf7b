// Original file: sluice/v1/collections.proto

import type { PlattMap as _sluice_v1_PlattMap, PlattMap__Output as _sluice_v1_PlattMap__Output } from '../../sluice/v1/PlattMap.js';
import type { IsotonicMap as _sluice_v1_IsotonicMap, IsotonicMap__Output as _sluice_v1_IsotonicMap__Output } from '../../sluice/v1/IsotonicMap.js';

export interface ScoreMap {
  'lexical_weight'?: (number | string);
  'rerank_model'?: (string);
  'rerank_weight'?: (number | string);
  'platt'?: (_sluice_v1_PlattMap | null);
  'isotonic'?: (_sluice_v1_IsotonicMap | null);
  'query_count'?: (number);
  'result_count'?: (number);
  'brier'?: (number | string);
  'ece'?: (number | string);
  'map'?: "platt"|"isotonic";
}

export interface ScoreMap__Output {
  'lexical_weight': (number);
  'rerank_model': (string);
  'rerank_weight': (number);
  'platt'?: (_sluice_v1_PlattMap__Output | null);
  'isotonic'?: (_sluice_v1_IsotonicMap__Output | null);
  'query_count': (number);
  'result_count': (number);
  'brier': (number);
  'ece': (number);
  'map'?: "platt"|"isotonic";
}
