// Original file: sluice/v1/types.proto


export interface FieldRange {
  'field'?: (string);
  'at_least'?: (number | string);
  'more_than'?: (number | string);
  'at_most'?: (number | string);
  'less_than'?: (number | string);
  '_at_least'?: "at_least";
  '_more_than'?: "more_than";
  '_at_most'?: "at_most";
  '_less_than'?: "less_than";
}

export interface FieldRange__Output {
  'field': (string);
  'at_least'?: (number);
  'more_than'?: (number);
  'at_most'?: (number);
  'less_than'?: (number);
  '_at_least'?: "at_least";
  '_more_than'?: "more_than";
  '_at_most'?: "at_most";
  '_less_than'?: "less_than";
}
