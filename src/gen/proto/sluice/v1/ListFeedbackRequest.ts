// Original file: sluice/v1/search.proto

import type { Long } from '@grpc/proto-loader';

export interface ListFeedbackRequest {
  'collection'?: (string);
  'page_size'?: (number);
  'page_token'?: (string);
  'since_ms'?: (number | string | Long);
  '_page_size'?: "page_size";
  '_since_ms'?: "since_ms";
}

export interface ListFeedbackRequest__Output {
  'collection': (string);
  'page_size'?: (number);
  'page_token': (string);
  'since_ms'?: (string);
  '_page_size'?: "page_size";
  '_since_ms'?: "since_ms";
}
