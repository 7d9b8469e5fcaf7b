// Original file: sluice/v1/search.proto

import type { FeedbackKind as _sluice_v1_FeedbackKind, FeedbackKind__Output as _sluice_v1_FeedbackKind__Output } from '../../sluice/v1/FeedbackKind.js';
import type { Long } from '@grpc/proto-loader';

export interface SendFeedbackRequest {
  'collection'?: (string);
  'query_text'?: (string);
  'key'?: (string);
  'rank'?: (number);
  'kind'?: (_sluice_v1_FeedbackKind);
  'generation'?: (number | string | Long);
}

export interface SendFeedbackRequest__Output {
  'collection': (string);
  'query_text': (string);
  'key': (string);
  'rank': (number);
  'kind': (_sluice_v1_FeedbackKind__Output);
  'generation': (string);
}
