// Original file: sluice/v1/documents.proto

import type { FieldUpdate as _sluice_v1_FieldUpdate, FieldUpdate__Output as _sluice_v1_FieldUpdate__Output } from '../../sluice/v1/FieldUpdate.js';

export interface DocumentServiceUpdateRequest {
  'collection'?: (string);
  'updates'?: (_sluice_v1_FieldUpdate)[];
}

export interface DocumentServiceUpdateRequest__Output {
  'collection': (string);
  'updates': (_sluice_v1_FieldUpdate__Output)[];
}
