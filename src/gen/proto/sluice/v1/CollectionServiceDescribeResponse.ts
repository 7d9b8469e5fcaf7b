// Original file: sluice/v1/collections.proto

import type { Collection as _sluice_v1_Collection, Collection__Output as _sluice_v1_Collection__Output } from '../../sluice/v1/Collection.js';
import type { DataFinding as _sluice_v1_DataFinding, DataFinding__Output as _sluice_v1_DataFinding__Output } from '../../sluice/v1/DataFinding.js';

export interface CollectionServiceDescribeResponse {
  'collection'?: (_sluice_v1_Collection | null);
  'findings'?: (_sluice_v1_DataFinding)[];
}

export interface CollectionServiceDescribeResponse__Output {
  'collection': (_sluice_v1_Collection__Output | null);
  'findings': (_sluice_v1_DataFinding__Output)[];
}
