// Original file: sluice/v1/collections.proto


export interface CollectionServiceOptimizeRequest {
  'name'?: (string);
  'full'?: (boolean);
  'reanalyze'?: (boolean);
}

export interface CollectionServiceOptimizeRequest__Output {
  'name': (string);
  'full': (boolean);
  'reanalyze': (boolean);
}
