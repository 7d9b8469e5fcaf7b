// Original file: sluice/v1/documents.proto

import type { MethodDefinition } from '@grpc/proto-loader'
import type { DocumentServiceDeleteRequest as _sluice_v1_DocumentServiceDeleteRequest, DocumentServiceDeleteRequest__Output as _sluice_v1_DocumentServiceDeleteRequest__Output } from '../../sluice/v1/DocumentServiceDeleteRequest.js';
import type { DocumentServiceDeleteResponse as _sluice_v1_DocumentServiceDeleteResponse, DocumentServiceDeleteResponse__Output as _sluice_v1_DocumentServiceDeleteResponse__Output } from '../../sluice/v1/DocumentServiceDeleteResponse.js';
import type { DocumentServiceGetRequest as _sluice_v1_DocumentServiceGetRequest, DocumentServiceGetRequest__Output as _sluice_v1_DocumentServiceGetRequest__Output } from '../../sluice/v1/DocumentServiceGetRequest.js';
import type { DocumentServiceGetResponse as _sluice_v1_DocumentServiceGetResponse, DocumentServiceGetResponse__Output as _sluice_v1_DocumentServiceGetResponse__Output } from '../../sluice/v1/DocumentServiceGetResponse.js';
import type { DocumentServiceListRequest as _sluice_v1_DocumentServiceListRequest, DocumentServiceListRequest__Output as _sluice_v1_DocumentServiceListRequest__Output } from '../../sluice/v1/DocumentServiceListRequest.js';
import type { DocumentServiceListResponse as _sluice_v1_DocumentServiceListResponse, DocumentServiceListResponse__Output as _sluice_v1_DocumentServiceListResponse__Output } from '../../sluice/v1/DocumentServiceListResponse.js';
import type { DocumentServiceUpdateRequest as _sluice_v1_DocumentServiceUpdateRequest, DocumentServiceUpdateRequest__Output as _sluice_v1_DocumentServiceUpdateRequest__Output } from '../../sluice/v1/DocumentServiceUpdateRequest.js';
import type { DocumentServiceUpdateResponse as _sluice_v1_DocumentServiceUpdateResponse, DocumentServiceUpdateResponse__Output as _sluice_v1_DocumentServiceUpdateResponse__Output } from '../../sluice/v1/DocumentServiceUpdateResponse.js';
import type { ExportRequest as _sluice_v1_ExportRequest, ExportRequest__Output as _sluice_v1_ExportRequest__Output } from '../../sluice/v1/ExportRequest.js';
import type { ExportResponse as _sluice_v1_ExportResponse, ExportResponse__Output as _sluice_v1_ExportResponse__Output } from '../../sluice/v1/ExportResponse.js';
import type { IngestRequest as _sluice_v1_IngestRequest, IngestRequest__Output as _sluice_v1_IngestRequest__Output } from '../../sluice/v1/IngestRequest.js';
import type { IngestResponse as _sluice_v1_IngestResponse, IngestResponse__Output as _sluice_v1_IngestResponse__Output } from '../../sluice/v1/IngestResponse.js';

export interface DocumentServiceDefinition {
  Delete: MethodDefinition<_sluice_v1_DocumentServiceDeleteRequest, _sluice_v1_DocumentServiceDeleteResponse, _sluice_v1_DocumentServiceDeleteRequest__Output, _sluice_v1_DocumentServiceDeleteResponse__Output>
  Export: MethodDefinition<_sluice_v1_ExportRequest, _sluice_v1_ExportResponse, _sluice_v1_ExportRequest__Output, _sluice_v1_ExportResponse__Output>
  Get: MethodDefinition<_sluice_v1_DocumentServiceGetRequest, _sluice_v1_DocumentServiceGetResponse, _sluice_v1_DocumentServiceGetRequest__Output, _sluice_v1_DocumentServiceGetResponse__Output>
  Ingest: MethodDefinition<_sluice_v1_IngestRequest, _sluice_v1_IngestResponse, _sluice_v1_IngestRequest__Output, _sluice_v1_IngestResponse__Output>
  List: MethodDefinition<_sluice_v1_DocumentServiceListRequest, _sluice_v1_DocumentServiceListResponse, _sluice_v1_DocumentServiceListRequest__Output, _sluice_v1_DocumentServiceListResponse__Output>
  Update: MethodDefinition<_sluice_v1_DocumentServiceUpdateRequest, _sluice_v1_DocumentServiceUpdateResponse, _sluice_v1_DocumentServiceUpdateRequest__Output, _sluice_v1_DocumentServiceUpdateResponse__Output>
}
