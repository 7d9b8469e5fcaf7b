// Original file: sluice/v1/search.proto

import type { FeedbackEvent as _sluice_v1_FeedbackEvent, FeedbackEvent__Output as _sluice_v1_FeedbackEvent__Output } from '../../sluice/v1/FeedbackEvent.js';

export interface ListFeedbackResponse {
  'events'?: (_sluice_v1_FeedbackEvent)[];
  'next_page_token'?: (string);
}

export interface ListFeedbackResponse__Output {
  'events': (_sluice_v1_FeedbackEvent__Output)[];
  'next_page_token': (string);
}
