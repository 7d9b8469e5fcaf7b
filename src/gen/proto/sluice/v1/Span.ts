// Original file: sluice/v1/types.proto


export interface Span {
  'start'?: (number);
  'end'?: (number);
}

export interface Span__Output {
  'start': (number);
  'end': (number);
}
