// Original file: sluice/v1/collections.proto

import type { Collection as _sluice_v1_Collection, Collection__Output as _sluice_v1_Collection__Output } from '../../sluice/v1/Collection.js';
import type { RefusedCollection as _sluice_v1_RefusedCollection, RefusedCollection__Output as _sluice_v1_RefusedCollection__Output } from '../../sluice/v1/RefusedCollection.js';
import type { DataFinding as _sluice_v1_DataFinding, DataFinding__Output as _sluice_v1_DataFinding__Output } from '../../sluice/v1/DataFinding.js';

export interface CollectionServiceListResponse {
  'collections'?: (_sluice_v1_Collection)[];
  'refused'?: (_sluice_v1_RefusedCollection)[];
  'findings'?: (_sluice_v1_DataFinding)[];
  'next_page_token'?: (string);
}

export interface CollectionServiceListResponse__Output {
  'collections': (_sluice_v1_Collection__Output)[];
  'refused': (_sluice_v1_RefusedCollection__Output)[];
  'findings': (_sluice_v1_DataFinding__Output)[];
  'next_page_token': (string);
}
