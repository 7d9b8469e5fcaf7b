// Original file: sluice/v1/collections.proto


export interface IsotonicMap {
  'scores'?: (number | string)[];
  'probabilities'?: (number | string)[];
}

export interface IsotonicMap__Output {
  'scores': (number)[];
  'probabilities': (number)[];
}
