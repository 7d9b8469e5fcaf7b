// Original file: sluice/v1/collections.proto

import type { Progress as _sluice_v1_Progress, Progress__Output as _sluice_v1_Progress__Output } from '../../sluice/v1/Progress.js';
import type { RecallEstimate as _sluice_v1_RecallEstimate, RecallEstimate__Output as _sluice_v1_RecallEstimate__Output } from '../../sluice/v1/RecallEstimate.js';

export interface CollectionServiceCalibrateResponse {
  'progress'?: (_sluice_v1_Progress | null);
  'estimates'?: (_sluice_v1_RecallEstimate)[];
}

export interface CollectionServiceCalibrateResponse__Output {
  'progress': (_sluice_v1_Progress__Output | null);
  'estimates': (_sluice_v1_RecallEstimate__Output)[];
}
