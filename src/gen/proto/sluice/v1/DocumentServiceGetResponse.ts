// Original file: sluice/v1/documents.proto

import type { StoredDocument as _sluice_v1_StoredDocument, StoredDocument__Output as _sluice_v1_StoredDocument__Output } from '../../sluice/v1/StoredDocument.js';

export interface DocumentServiceGetResponse {
  'documents'?: (_sluice_v1_StoredDocument)[];
  'missing_keys'?: (string)[];
}

export interface DocumentServiceGetResponse__Output {
  'documents': (_sluice_v1_StoredDocument__Output)[];
  'missing_keys': (string)[];
}
