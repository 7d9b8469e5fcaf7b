// Original file: sluice/v1/collections.proto

import type { CollectionSettings as _sluice_v1_CollectionSettings, CollectionSettings__Output as _sluice_v1_CollectionSettings__Output } from '../../sluice/v1/CollectionSettings.js';

export interface CollectionServiceCreateResponse {
  'settings'?: (_sluice_v1_CollectionSettings | null);
}

export interface CollectionServiceCreateResponse__Output {
  'settings': (_sluice_v1_CollectionSettings__Output | null);
}
