// Original file: sluice/v1/documents.proto

import type { Long } from '@grpc/proto-loader';

export interface IngestError {
  'client_sequence'?: (number | string | Long);
  'key'?: (string);
  'reason'?: (string);
  'message'?: (string);
  'field'?: (string);
  'retryable'?: (boolean);
}

export interface IngestError__Output {
  'client_sequence': (string);
  'key': (string);
  'reason': (string);
  'message': (string);
  'field': (string);
  'retryable': (boolean);
}
