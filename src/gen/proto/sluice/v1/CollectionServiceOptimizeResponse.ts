// Original file: sluice/v1/collections.proto

import type { Progress as _sluice_v1_Progress, Progress__Output as _sluice_v1_Progress__Output } from '../../sluice/v1/Progress.js';
import type { Long } from '@grpc/proto-loader';

export interface CollectionServiceOptimizeResponse {
  'progress'?: (_sluice_v1_Progress | null);
  'disk_bytes_before'?: (number | string | Long);
  'disk_bytes_after'?: (number | string | Long);
}

export interface CollectionServiceOptimizeResponse__Output {
  'progress': (_sluice_v1_Progress__Output | null);
  'disk_bytes_before': (string);
  'disk_bytes_after': (string);
}
