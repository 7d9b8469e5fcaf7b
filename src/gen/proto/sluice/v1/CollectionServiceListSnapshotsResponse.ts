// Original file: sluice/v1/collections.proto

import type { SnapshotInfo as _sluice_v1_SnapshotInfo, SnapshotInfo__Output as _sluice_v1_SnapshotInfo__Output } from '../../sluice/v1/SnapshotInfo.js';

export interface CollectionServiceListSnapshotsResponse {
  'snapshots'?: (_sluice_v1_SnapshotInfo)[];
}

export interface CollectionServiceListSnapshotsResponse__Output {
  'snapshots': (_sluice_v1_SnapshotInfo__Output)[];
}
