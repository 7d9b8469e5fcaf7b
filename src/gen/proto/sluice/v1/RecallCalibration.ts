// Original file: sluice/v1/collections.proto

import type { RecallEstimate as _sluice_v1_RecallEstimate, RecallEstimate__Output as _sluice_v1_RecallEstimate__Output } from '../../sluice/v1/RecallEstimate.js';
import type { Long } from '@grpc/proto-loader';

export interface RecallCalibration {
  'estimates'?: (_sluice_v1_RecallEstimate)[];
  'confidence'?: (number | string);
  'samples_given'?: (boolean);
  'generation'?: (number | string | Long);
  'passage_count'?: (number | string | Long);
  'stale'?: (boolean);
}

export interface RecallCalibration__Output {
  'estimates': (_sluice_v1_RecallEstimate__Output)[];
  'confidence': (number);
  'samples_given': (boolean);
  'generation': (string);
  'passage_count': (string);
  'stale': (boolean);
}
