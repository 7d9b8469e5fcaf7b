// Original file: sluice/v1/types.proto

import type { Document as _sluice_v1_Document, Document__Output as _sluice_v1_Document__Output } from '../../sluice/v1/Document.js';
import type { Long } from '@grpc/proto-loader';

export interface StoredDocument {
  'document'?: (_sluice_v1_Document | null);
  'sequence'?: (number | string | Long);
  'passage_count'?: (number);
}

export interface StoredDocument__Output {
  'document': (_sluice_v1_Document__Output | null);
  'sequence': (string);
  'passage_count': (number);
}
