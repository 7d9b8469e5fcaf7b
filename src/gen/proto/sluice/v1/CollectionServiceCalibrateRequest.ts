// Original file: sluice/v1/collections.proto


export interface CollectionServiceCalibrateRequest {
  'name'?: (string);
  'sample_queries'?: (string)[];
  'sample_count'?: (number);
  '_sample_count'?: "sample_count";
}

export interface CollectionServiceCalibrateRequest__Output {
  'name': (string);
  'sample_queries': (string)[];
  'sample_count'?: (number);
  '_sample_count'?: "sample_count";
}
