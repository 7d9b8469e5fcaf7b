// Original file: sluice/v1/operations.proto

import type { Operation as _sluice_v1_Operation, Operation__Output as _sluice_v1_Operation__Output } from '../../sluice/v1/Operation.js';

export interface OperationServiceListResponse {
  'operations'?: (_sluice_v1_Operation)[];
}

export interface OperationServiceListResponse__Output {
  'operations': (_sluice_v1_Operation__Output)[];
}
