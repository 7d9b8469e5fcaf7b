// Original file: sluice/v1/collections.proto

import type { Progress as _sluice_v1_Progress, Progress__Output as _sluice_v1_Progress__Output } from '../../sluice/v1/Progress.js';
import type { Collection as _sluice_v1_Collection, Collection__Output as _sluice_v1_Collection__Output } from '../../sluice/v1/Collection.js';

export interface CollectionServiceRestoreResponse {
  'progress'?: (_sluice_v1_Progress | null);
  'collection'?: (_sluice_v1_Collection | null);
}

export interface CollectionServiceRestoreResponse__Output {
  'progress': (_sluice_v1_Progress__Output | null);
  'collection': (_sluice_v1_Collection__Output | null);
}
