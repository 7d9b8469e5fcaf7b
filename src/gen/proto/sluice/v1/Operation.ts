// Original file: sluice/v1/operations.proto

import type { OperationKind as _sluice_v1_OperationKind, OperationKind__Output as _sluice_v1_OperationKind__Output } from '../../sluice/v1/OperationKind.js';
import type { OperationState as _sluice_v1_OperationState, OperationState__Output as _sluice_v1_OperationState__Output } from '../../sluice/v1/OperationState.js';
import type { Progress as _sluice_v1_Progress, Progress__Output as _sluice_v1_Progress__Output } from '../../sluice/v1/Progress.js';
import type { OperationError as _sluice_v1_OperationError, OperationError__Output as _sluice_v1_OperationError__Output } from '../../sluice/v1/OperationError.js';
import type { OperationResult as _sluice_v1_OperationResult, OperationResult__Output as _sluice_v1_OperationResult__Output } from '../../sluice/v1/OperationResult.js';
import type { Long } from '@grpc/proto-loader';

export interface Operation {
  'id'?: (string);
  'kind'?: (_sluice_v1_OperationKind);
  'state'?: (_sluice_v1_OperationState);
  'collection'?: (string);
  'progress'?: (_sluice_v1_Progress | null);
  'start_time_ms'?: (number | string | Long);
  'end_time_ms'?: (number | string | Long);
  'error'?: (_sluice_v1_OperationError | null);
  'result'?: (_sluice_v1_OperationResult | null);
  '_end_time_ms'?: "end_time_ms";
}

export interface Operation__Output {
  'id': (string);
  'kind': (_sluice_v1_OperationKind__Output);
  'state': (_sluice_v1_OperationState__Output);
  'collection': (string);
  'progress': (_sluice_v1_Progress__Output | null);
  'start_time_ms': (string);
  'end_time_ms'?: (string);
  'error': (_sluice_v1_OperationError__Output | null);
  'result': (_sluice_v1_OperationResult__Output | null);
  '_end_time_ms'?: "end_time_ms";
}
