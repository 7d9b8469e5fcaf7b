// Original file: sluice/v1/collections.proto


export interface PlattMap {
  'slope'?: (number | string);
  'intercept'?: (number | string);
}

export interface PlattMap__Output {
  'slope': (number);
  'intercept': (number);
}
