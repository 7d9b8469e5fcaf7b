// Original file: sluice/v1/types.proto

import type { VectorType as _sluice_v1_VectorType, VectorType__Output as _sluice_v1_VectorType__Output } from '../../sluice/v1/VectorType.js';

export interface Vectors {
  'type'?: (_sluice_v1_VectorType);
  'dim'?: (number);
  'rows'?: (Buffer | Uint8Array | string);
  'model_fingerprint'?: (string);
}

export interface Vectors__Output {
  'type': (_sluice_v1_VectorType__Output);
  'dim': (number);
  'rows': (Buffer);
  'model_fingerprint': (string);
}
