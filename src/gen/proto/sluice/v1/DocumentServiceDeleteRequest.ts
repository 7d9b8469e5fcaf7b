// Original file: sluice/v1/documents.proto

import type { Filter as _sluice_v1_Filter, Filter__Output as _sluice_v1_Filter__Output } from '../../sluice/v1/Filter.js';

export interface DocumentServiceDeleteRequest {
  'collection'?: (string);
  'keys'?: (string)[];
  'filter'?: (_sluice_v1_Filter | null);
}

export interface DocumentServiceDeleteRequest__Output {
  'collection': (string);
  'keys': (string)[];
  'filter': (_sluice_v1_Filter__Output | null);
}
