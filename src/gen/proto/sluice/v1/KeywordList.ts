// Original file: sluice/v1/types.proto


export interface KeywordList {
  'values'?: (string)[];
}

export interface KeywordList__Output {
  'values': (string)[];
}
