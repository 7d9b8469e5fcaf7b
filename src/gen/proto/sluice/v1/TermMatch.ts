// Original file: sluice/v1/search.proto


export interface TermMatch {
  'term'?: (string);
  'score'?: (number | string);
  'frequency'?: (number);
}

export interface TermMatch__Output {
  'term': (string);
  'score': (number);
  'frequency': (number);
}
