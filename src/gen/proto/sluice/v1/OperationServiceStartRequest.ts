// Original file: sluice/v1/operations.proto

import type { CollectionServiceOptimizeRequest as _sluice_v1_CollectionServiceOptimizeRequest, CollectionServiceOptimizeRequest__Output as _sluice_v1_CollectionServiceOptimizeRequest__Output } from '../../sluice/v1/CollectionServiceOptimizeRequest.js';
import type { CollectionServiceCalibrateRequest as _sluice_v1_CollectionServiceCalibrateRequest, CollectionServiceCalibrateRequest__Output as _sluice_v1_CollectionServiceCalibrateRequest__Output } from '../../sluice/v1/CollectionServiceCalibrateRequest.js';
import type { CollectionServiceSnapshotRequest as _sluice_v1_CollectionServiceSnapshotRequest, CollectionServiceSnapshotRequest__Output as _sluice_v1_CollectionServiceSnapshotRequest__Output } from '../../sluice/v1/CollectionServiceSnapshotRequest.js';
import type { CollectionServiceRestoreRequest as _sluice_v1_CollectionServiceRestoreRequest, CollectionServiceRestoreRequest__Output as _sluice_v1_CollectionServiceRestoreRequest__Output } from '../../sluice/v1/CollectionServiceRestoreRequest.js';

export interface OperationServiceStartRequest {
  'idempotency_key'?: (string);
  'optimize'?: (_sluice_v1_CollectionServiceOptimizeRequest | null);
  'calibrate'?: (_sluice_v1_CollectionServiceCalibrateRequest | null);
  'snapshot'?: (_sluice_v1_CollectionServiceSnapshotRequest | null);
  'restore'?: (_sluice_v1_CollectionServiceRestoreRequest | null);
  'job'?: "optimize"|"calibrate"|"snapshot"|"restore";
}

export interface OperationServiceStartRequest__Output {
  'idempotency_key': (string);
  'optimize'?: (_sluice_v1_CollectionServiceOptimizeRequest__Output | null);
  'calibrate'?: (_sluice_v1_CollectionServiceCalibrateRequest__Output | null);
  'snapshot'?: (_sluice_v1_CollectionServiceSnapshotRequest__Output | null);
  'restore'?: (_sluice_v1_CollectionServiceRestoreRequest__Output | null);
  'job'?: "optimize"|"calibrate"|"snapshot"|"restore";
}
