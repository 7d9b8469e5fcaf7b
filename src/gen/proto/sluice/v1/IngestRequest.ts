// Original file: sluice/v1/documents.proto

import type { IngestItem as _sluice_v1_IngestItem, IngestItem__Output as _sluice_v1_IngestItem__Output } from '../../sluice/v1/IngestItem.js';

export interface IngestRequest {
  'collection'?: (string);
  'items'?: (_sluice_v1_IngestItem)[];
}

export interface IngestRequest__Output {
  'collection': (string);
  'items': (_sluice_v1_IngestItem__Output)[];
}
