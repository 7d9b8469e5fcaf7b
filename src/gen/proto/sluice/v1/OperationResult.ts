// Original file: sluice/v1/operations.proto

import type { RecallEstimate as _sluice_v1_RecallEstimate, RecallEstimate__Output as _sluice_v1_RecallEstimate__Output } from '../../sluice/v1/RecallEstimate.js';
import type { SnapshotInfo as _sluice_v1_SnapshotInfo, SnapshotInfo__Output as _sluice_v1_SnapshotInfo__Output } from '../../sluice/v1/SnapshotInfo.js';
import type { Collection as _sluice_v1_Collection, Collection__Output as _sluice_v1_Collection__Output } from '../../sluice/v1/Collection.js';
import type { Long } from '@grpc/proto-loader';

export interface OperationResult {
  'disk_bytes_before'?: (number | string | Long);
  'disk_bytes_after'?: (number | string | Long);
  'estimates'?: (_sluice_v1_RecallEstimate)[];
  'snapshot'?: (_sluice_v1_SnapshotInfo | null);
  'collection'?: (_sluice_v1_Collection | null);
  '_disk_bytes_before'?: "disk_bytes_before";
  '_disk_bytes_after'?: "disk_bytes_after";
}

export interface OperationResult__Output {
  'disk_bytes_before'?: (string);
  'disk_bytes_after'?: (string);
  'estimates': (_sluice_v1_RecallEstimate__Output)[];
  'snapshot': (_sluice_v1_SnapshotInfo__Output | null);
  'collection': (_sluice_v1_Collection__Output | null);
  '_disk_bytes_before'?: "disk_bytes_before";
  '_disk_bytes_after'?: "disk_bytes_after";
}
