// Original file: sluice/v1/search.proto

import type { RerankHit as _sluice_v1_RerankHit, RerankHit__Output as _sluice_v1_RerankHit__Output } from '../../sluice/v1/RerankHit.js';
import type { Degradation as _sluice_v1_Degradation, Degradation__Output as _sluice_v1_Degradation__Output } from '../../sluice/v1/Degradation.js';
import type { Long } from '@grpc/proto-loader';

export interface RerankResponse {
  'sequence'?: (number);
  'final'?: (boolean);
  'hits'?: (_sluice_v1_RerankHit)[];
  'scored_count'?: (number);
  'degradations'?: (_sluice_v1_Degradation)[];
  'total_us'?: (number | string | Long);
}

export interface RerankResponse__Output {
  'sequence': (number);
  'final': (boolean);
  'hits': (_sluice_v1_RerankHit__Output)[];
  'scored_count': (number);
  'degradations': (_sluice_v1_Degradation__Output)[];
  'total_us': (string);
}
