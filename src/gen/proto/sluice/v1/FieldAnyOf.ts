// Original file: sluice/v1/types.proto

import type { Field as _sluice_v1_Field, Field__Output as _sluice_v1_Field__Output } from '../../sluice/v1/Field.js';

export interface FieldAnyOf {
  'field'?: (string);
  'values'?: (_sluice_v1_Field)[];
}

export interface FieldAnyOf__Output {
  'field': (string);
  'values': (_sluice_v1_Field__Output)[];
}
