// Original file: sluice/v1/documents.proto

import type { Field as _sluice_v1_Field, Field__Output as _sluice_v1_Field__Output } from '../../sluice/v1/Field.js';
import type { Long } from '@grpc/proto-loader';

export interface FieldUpdate {
  'key'?: (string);
  'set'?: (_sluice_v1_Field)[];
  'remove'?: (string)[];
  'if_sequence'?: (number | string | Long);
  '_if_sequence'?: "if_sequence";
}

export interface FieldUpdate__Output {
  'key': (string);
  'set': (_sluice_v1_Field__Output)[];
  'remove': (string)[];
  'if_sequence'?: (string);
  '_if_sequence'?: "if_sequence";
}
