// Original file: sluice/v1/search.proto


export interface RerankHit {
  'index'?: (number);
  'key'?: (string);
  'rank'?: (number);
  'score'?: (number | string);
  'probability'?: (number | string);
  '_probability'?: "probability";
}

export interface RerankHit__Output {
  'index': (number);
  'key': (string);
  'rank': (number);
  'score': (number);
  'probability'?: (number);
  '_probability'?: "probability";
}
