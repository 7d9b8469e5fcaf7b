// Original file: sluice/v1/search.proto

import type { Long } from '@grpc/proto-loader';

export interface Coverage {
  'eligible'?: (number | string | Long);
  'sketch_scored'?: (number | string | Long);
  'maxsim_scored'?: (number | string | Long);
  'reranked'?: (number | string | Long);
  'refined'?: (number | string | Long);
  '_refined'?: "refined";
}

export interface Coverage__Output {
  'eligible': (string);
  'sketch_scored': (string);
  'maxsim_scored': (string);
  'reranked': (string);
  'refined'?: (string);
  '_refined'?: "refined";
}
