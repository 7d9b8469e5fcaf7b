// Original file: sluice/v1/search.proto

import type { FeedbackKind as _sluice_v1_FeedbackKind, FeedbackKind__Output as _sluice_v1_FeedbackKind__Output } from '../../sluice/v1/FeedbackKind.js';
import type { Stage as _sluice_v1_Stage, Stage__Output as _sluice_v1_Stage__Output } from '../../sluice/v1/Stage.js';
import type { Certificate as _sluice_v1_Certificate, Certificate__Output as _sluice_v1_Certificate__Output } from '../../sluice/v1/Certificate.js';
import type { Long } from '@grpc/proto-loader';

export interface SendFeedbackRequest {
  'collection'?: (string);
  'query_text'?: (string);
  'key'?: (string);
  'rank'?: (number);
  'kind'?: (_sluice_v1_FeedbackKind);
  'generation'?: (number | string | Long);
  'event_id'?: (string);
  'dwell_ms'?: (number);
  'score'?: (number | string);
  'stage'?: (_sluice_v1_Stage);
  'certificate'?: (_sluice_v1_Certificate);
  '_score'?: "score";
}

export interface SendFeedbackRequest__Output {
  'collection': (string);
  'query_text': (string);
  'key': (string);
  'rank': (number);
  'kind': (_sluice_v1_FeedbackKind__Output);
  'generation': (string);
  'event_id': (string);
  'dwell_ms': (number);
  'score'?: (number);
  'stage': (_sluice_v1_Stage__Output);
  'certificate': (_sluice_v1_Certificate__Output);
  '_score'?: "score";
}
