// Original file: sluice/v1/search.proto

import type { PayloadMode as _sluice_v1_PayloadMode, PayloadMode__Output as _sluice_v1_PayloadMode__Output } from '../../sluice/v1/PayloadMode.js';

export interface PayloadOptions {
  'mode'?: (_sluice_v1_PayloadMode);
  'title'?: (boolean);
  'text'?: (boolean);
  'fields'?: (boolean);
  'highlights'?: (boolean);
  '_title'?: "title";
  '_text'?: "text";
  '_fields'?: "fields";
}

export interface PayloadOptions__Output {
  'mode': (_sluice_v1_PayloadMode__Output);
  'title'?: (boolean);
  'text'?: (boolean);
  'fields'?: (boolean);
  'highlights': (boolean);
  '_title'?: "title";
  '_text'?: "text";
  '_fields'?: "fields";
}
