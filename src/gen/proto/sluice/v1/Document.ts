// Original file: sluice/v1/types.proto

import type { Field as _sluice_v1_Field, Field__Output as _sluice_v1_Field__Output } from '../../sluice/v1/Field.js';
import type { Vectors as _sluice_v1_Vectors, Vectors__Output as _sluice_v1_Vectors__Output } from '../../sluice/v1/Vectors.js';

export interface Document {
  'key'?: (string);
  'title'?: (string);
  'text'?: (string);
  'fields'?: (_sluice_v1_Field)[];
  'vectors'?: (_sluice_v1_Vectors | null);
}

export interface Document__Output {
  'key': (string);
  'title': (string);
  'text': (string);
  'fields': (_sluice_v1_Field__Output)[];
  'vectors': (_sluice_v1_Vectors__Output | null);
}
