// Original file: sluice/v1/search.proto

import type { Vectors as _sluice_v1_Vectors, Vectors__Output as _sluice_v1_Vectors__Output } from '../../sluice/v1/Vectors.js';

export interface Query {
  'text'?: (string);
  'vectors'?: (_sluice_v1_Vectors | null);
}

export interface Query__Output {
  'text': (string);
  'vectors': (_sluice_v1_Vectors__Output | null);
}
