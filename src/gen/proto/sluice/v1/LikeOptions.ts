// Original file: sluice/v1/search.proto


export interface LikeOptions {
  'key'?: (string);
  'passage_number'?: (number);
  '_passage_number'?: "passage_number";
}

export interface LikeOptions__Output {
  'key': (string);
  'passage_number'?: (number);
  '_passage_number'?: "passage_number";
}
