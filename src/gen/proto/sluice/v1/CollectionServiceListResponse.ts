// Original file: sluice/v1/collections.proto

import type { Collection as _sluice_v1_Collection, Collection__Output as _sluice_v1_Collection__Output } from '../../sluice/v1/Collection.js';

export interface CollectionServiceListResponse {
  'collections'?: (_sluice_v1_Collection)[];
}

export interface CollectionServiceListResponse__Output {
  'collections': (_sluice_v1_Collection__Output)[];
}
