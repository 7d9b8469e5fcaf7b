// Original file: sluice/v1/search.proto

import type { Long } from '@grpc/proto-loader';

export interface StageTimings {
  'queue_us'?: (number | string | Long);
  'encode_us'?: (number | string | Long);
  'lexical_us'?: (number | string | Long);
  'candidates_us'?: (number | string | Long);
  'late_interaction_us'?: (number | string | Long);
  'cross_encoder_us'?: (number | string | Long);
  'total_us'?: (number | string | Long);
  '_queue_us'?: "queue_us";
  '_encode_us'?: "encode_us";
  '_lexical_us'?: "lexical_us";
  '_candidates_us'?: "candidates_us";
  '_late_interaction_us'?: "late_interaction_us";
  '_cross_encoder_us'?: "cross_encoder_us";
}

export interface StageTimings__Output {
  'queue_us'?: (string);
  'encode_us'?: (string);
  'lexical_us'?: (string);
  'candidates_us'?: (string);
  'late_interaction_us'?: (string);
  'cross_encoder_us'?: (string);
  'total_us': (string);
  '_queue_us'?: "queue_us";
  '_encode_us'?: "encode_us";
  '_lexical_us'?: "lexical_us";
  '_candidates_us'?: "candidates_us";
  '_late_interaction_us'?: "late_interaction_us";
  '_cross_encoder_us'?: "cross_encoder_us";
}
