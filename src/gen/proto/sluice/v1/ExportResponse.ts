// Original file: sluice/v1/documents.proto

import type { ExportedDocument as _sluice_v1_ExportedDocument, ExportedDocument__Output as _sluice_v1_ExportedDocument__Output } from '../../sluice/v1/ExportedDocument.js';
import type { Long } from '@grpc/proto-loader';

export interface ExportResponse {
  'documents'?: (_sluice_v1_ExportedDocument)[];
  'last_sequence'?: (number | string | Long);
}

export interface ExportResponse__Output {
  'documents': (_sluice_v1_ExportedDocument__Output)[];
  'last_sequence': (string);
}
