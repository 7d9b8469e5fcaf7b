// Original file: sluice/v1/collections.proto

import type { Long } from '@grpc/proto-loader';

export interface SnapshotInfo {
  'name'?: (string);
  'collection'?: (string);
  'last_sequence'?: (number | string | Long);
  'bytes'?: (number | string | Long);
  'created_ms'?: (number | string | Long);
}

export interface SnapshotInfo__Output {
  'name': (string);
  'collection': (string);
  'last_sequence': (string);
  'bytes': (string);
  'created_ms': (string);
}
