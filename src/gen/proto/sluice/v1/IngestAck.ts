// Original file: sluice/v1/documents.proto

import type { Long } from '@grpc/proto-loader';

export interface IngestAck {
  'client_sequence'?: (number | string | Long);
  'key'?: (string);
  'sequence'?: (number | string | Long);
  'passage_count'?: (number);
}

export interface IngestAck__Output {
  'client_sequence': (string);
  'key': (string);
  'sequence': (string);
  'passage_count': (number);
}
