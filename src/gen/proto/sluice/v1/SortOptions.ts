// Original file: sluice/v1/search.proto


export interface SortOptions {
  'field'?: (string);
  'descending'?: (boolean);
}

export interface SortOptions__Output {
  'field': (string);
  'descending': (boolean);
}
