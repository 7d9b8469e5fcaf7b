// Original file: sluice/v1/types.proto

import type { Long } from '@grpc/proto-loader';

export interface Progress {
  'step'?: (string);
  'done'?: (number | string | Long);
  'total'?: (number | string | Long);
  'elapsed_us'?: (number | string | Long);
  'finished'?: (boolean);
}

export interface Progress__Output {
  'step': (string);
  'done': (string);
  'total': (string);
  'elapsed_us': (string);
  'finished': (boolean);
}
