// Original file: sluice/v1/collections.proto

import type { Progress as _sluice_v1_Progress, Progress__Output as _sluice_v1_Progress__Output } from '../../sluice/v1/Progress.js';

export interface CollectionServiceOptimizeResponse {
  'progress'?: (_sluice_v1_Progress | null);
}

export interface CollectionServiceOptimizeResponse__Output {
  'progress': (_sluice_v1_Progress__Output | null);
}
