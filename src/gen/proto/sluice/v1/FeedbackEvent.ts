// Original file: sluice/v1/search.proto

import type { SendFeedbackRequest as _sluice_v1_SendFeedbackRequest, SendFeedbackRequest__Output as _sluice_v1_SendFeedbackRequest__Output } from '../../sluice/v1/SendFeedbackRequest.js';
import type { Long } from '@grpc/proto-loader';

export interface FeedbackEvent {
  'sequence'?: (number | string | Long);
  'time_ms'?: (number | string | Long);
  'sent'?: (_sluice_v1_SendFeedbackRequest | null);
}

export interface FeedbackEvent__Output {
  'sequence': (string);
  'time_ms': (string);
  'sent': (_sluice_v1_SendFeedbackRequest__Output | null);
}
