// Original file: sluice/v1/documents.proto

import type { StoredDocument as _sluice_v1_StoredDocument, StoredDocument__Output as _sluice_v1_StoredDocument__Output } from '../../sluice/v1/StoredDocument.js';

export interface DocumentServiceListResponse {
  'documents'?: (_sluice_v1_StoredDocument)[];
  'next_page_token'?: (string);
}

export interface DocumentServiceListResponse__Output {
  'documents': (_sluice_v1_StoredDocument__Output)[];
  'next_page_token': (string);
}
