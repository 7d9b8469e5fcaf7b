// Original file: sluice/v1/operations.proto

import type { MethodDefinition } from '@grpc/proto-loader'
import type { OperationServiceCancelRequest as _sluice_v1_OperationServiceCancelRequest, OperationServiceCancelRequest__Output as _sluice_v1_OperationServiceCancelRequest__Output } from '../../sluice/v1/OperationServiceCancelRequest.js';
import type { OperationServiceCancelResponse as _sluice_v1_OperationServiceCancelResponse, OperationServiceCancelResponse__Output as _sluice_v1_OperationServiceCancelResponse__Output } from '../../sluice/v1/OperationServiceCancelResponse.js';
import type { OperationServiceGetRequest as _sluice_v1_OperationServiceGetRequest, OperationServiceGetRequest__Output as _sluice_v1_OperationServiceGetRequest__Output } from '../../sluice/v1/OperationServiceGetRequest.js';
import type { OperationServiceGetResponse as _sluice_v1_OperationServiceGetResponse, OperationServiceGetResponse__Output as _sluice_v1_OperationServiceGetResponse__Output } from '../../sluice/v1/OperationServiceGetResponse.js';
import type { OperationServiceListRequest as _sluice_v1_OperationServiceListRequest, OperationServiceListRequest__Output as _sluice_v1_OperationServiceListRequest__Output } from '../../sluice/v1/OperationServiceListRequest.js';
import type { OperationServiceListResponse as _sluice_v1_OperationServiceListResponse, OperationServiceListResponse__Output as _sluice_v1_OperationServiceListResponse__Output } from '../../sluice/v1/OperationServiceListResponse.js';
import type { OperationServiceStartRequest as _sluice_v1_OperationServiceStartRequest, OperationServiceStartRequest__Output as _sluice_v1_OperationServiceStartRequest__Output } from '../../sluice/v1/OperationServiceStartRequest.js';
import type { OperationServiceStartResponse as _sluice_v1_OperationServiceStartResponse, OperationServiceStartResponse__Output as _sluice_v1_OperationServiceStartResponse__Output } from '../../sluice/v1/OperationServiceStartResponse.js';
import type { OperationServiceWatchRequest as _sluice_v1_OperationServiceWatchRequest, OperationServiceWatchRequest__Output as _sluice_v1_OperationServiceWatchRequest__Output } from '../../sluice/v1/OperationServiceWatchRequest.js';
import type { OperationServiceWatchResponse as _sluice_v1_OperationServiceWatchResponse, OperationServiceWatchResponse__Output as _sluice_v1_OperationServiceWatchResponse__Output } from '../../sluice/v1/OperationServiceWatchResponse.js';

export interface OperationServiceDefinition {
  Cancel: MethodDefinition<_sluice_v1_OperationServiceCancelRequest, _sluice_v1_OperationServiceCancelResponse, _sluice_v1_OperationServiceCancelRequest__Output, _sluice_v1_OperationServiceCancelResponse__Output>
  Get: MethodDefinition<_sluice_v1_OperationServiceGetRequest, _sluice_v1_OperationServiceGetResponse, _sluice_v1_OperationServiceGetRequest__Output, _sluice_v1_OperationServiceGetResponse__Output>
  List: MethodDefinition<_sluice_v1_OperationServiceListRequest, _sluice_v1_OperationServiceListResponse, _sluice_v1_OperationServiceListRequest__Output, _sluice_v1_OperationServiceListResponse__Output>
  Start: MethodDefinition<_sluice_v1_OperationServiceStartRequest, _sluice_v1_OperationServiceStartResponse, _sluice_v1_OperationServiceStartRequest__Output, _sluice_v1_OperationServiceStartResponse__Output>
  Watch: MethodDefinition<_sluice_v1_OperationServiceWatchRequest, _sluice_v1_OperationServiceWatchResponse, _sluice_v1_OperationServiceWatchRequest__Output, _sluice_v1_OperationServiceWatchResponse__Output>
}
