// Original file: sluice/v1/types.proto

import type { Long } from '@grpc/proto-loader';

export interface IntegerList {
  'values'?: (number | string | Long)[];
}

export interface IntegerList__Output {
  'values': (string)[];
}
