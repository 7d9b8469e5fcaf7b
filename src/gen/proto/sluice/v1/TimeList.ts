// Original file: sluice/v1/types.proto

import type { Long } from '@grpc/proto-loader';

export interface TimeList {
  'values_ms'?: (number | string | Long)[];
}

export interface TimeList__Output {
  'values_ms': (string)[];
}
