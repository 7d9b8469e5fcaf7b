// Original file: sluice/v1/types.proto


export interface FieldPrefix {
  'field'?: (string);
  'prefix'?: (string);
}

export interface FieldPrefix__Output {
  'field': (string);
  'prefix': (string);
}
