// Original file: sluice/v1/search.proto


export interface ScoreParts {
  'bm25'?: (number | string);
  'sketch'?: (number | string);
  'maxsim'?: (number | string);
  'cross_encoder'?: (number | string);
  'probability'?: (number | string);
  'softmax'?: (number | string);
  '_bm25'?: "bm25";
  '_sketch'?: "sketch";
  '_maxsim'?: "maxsim";
  '_cross_encoder'?: "cross_encoder";
  '_probability'?: "probability";
  '_softmax'?: "softmax";
}

export interface ScoreParts__Output {
  'bm25'?: (number);
  'sketch'?: (number);
  'maxsim'?: (number);
  'cross_encoder'?: (number);
  'probability'?: (number);
  'softmax'?: (number);
  '_bm25'?: "bm25";
  '_sketch'?: "sketch";
  '_maxsim'?: "maxsim";
  '_cross_encoder'?: "cross_encoder";
  '_probability'?: "probability";
  '_softmax'?: "softmax";
}
