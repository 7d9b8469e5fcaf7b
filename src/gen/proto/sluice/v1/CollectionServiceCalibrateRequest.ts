// Original file: sluice/v1/collections.proto

import type { Query as _sluice_v1_Query, Query__Output as _sluice_v1_Query__Output } from '../../sluice/v1/Query.js';

export interface CollectionServiceCalibrateRequest {
  'name'?: (string);
  'sample_queries'?: (string)[];
  'sample_count'?: (number);
  'samples'?: (_sluice_v1_Query)[];
  'confidence'?: (number | string);
  '_sample_count'?: "sample_count";
  '_confidence'?: "confidence";
}

export interface CollectionServiceCalibrateRequest__Output {
  'name': (string);
  'sample_queries': (string)[];
  'sample_count'?: (number);
  'samples': (_sluice_v1_Query__Output)[];
  'confidence'?: (number);
  '_sample_count'?: "sample_count";
  '_confidence'?: "confidence";
}
