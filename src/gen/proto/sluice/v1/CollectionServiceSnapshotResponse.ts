// Original file: sluice/v1/collections.proto

import type { Progress as _sluice_v1_Progress, Progress__Output as _sluice_v1_Progress__Output } from '../../sluice/v1/Progress.js';
import type { Long } from '@grpc/proto-loader';

export interface CollectionServiceSnapshotResponse {
  'progress'?: (_sluice_v1_Progress | null);
  'snapshot_name'?: (string);
  'snapshot_bytes'?: (number | string | Long);
}

export interface CollectionServiceSnapshotResponse__Output {
  'progress': (_sluice_v1_Progress__Output | null);
  'snapshot_name': (string);
  'snapshot_bytes': (string);
}
