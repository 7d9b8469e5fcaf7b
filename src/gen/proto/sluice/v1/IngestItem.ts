// Original file: sluice/v1/documents.proto

import type { Document as _sluice_v1_Document, Document__Output as _sluice_v1_Document__Output } from '../../sluice/v1/Document.js';
import type { Long } from '@grpc/proto-loader';

export interface IngestItem {
  'client_sequence'?: (number | string | Long);
  'document'?: (_sluice_v1_Document | null);
  'if_sequence'?: (number | string | Long);
  '_if_sequence'?: "if_sequence";
}

export interface IngestItem__Output {
  'client_sequence': (string);
  'document': (_sluice_v1_Document__Output | null);
  'if_sequence'?: (string);
  '_if_sequence'?: "if_sequence";
}
