// Original file: sluice/v1/documents.proto

import type { Long } from '@grpc/proto-loader';

export interface DocumentServiceDeleteResponse {
  'deleted_count'?: (number | string | Long);
  'missing_count'?: (number | string | Long);
  'sequence'?: (number | string | Long);
  'unmatched_conditions'?: (string)[];
}

export interface DocumentServiceDeleteResponse__Output {
  'deleted_count': (string);
  'missing_count': (string);
  'sequence': (string);
  'unmatched_conditions': (string)[];
}
