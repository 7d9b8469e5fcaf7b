// Original file: sluice/v1/search.proto


export interface FacetOptions {
  'field'?: (string);
  'value_count'?: (number);
  'top'?: (number);
  '_value_count'?: "value_count";
  '_top'?: "top";
}

export interface FacetOptions__Output {
  'field': (string);
  'value_count'?: (number);
  'top'?: (number);
  '_value_count'?: "value_count";
  '_top'?: "top";
}
