// Original file: sluice/v1/collections.proto


export interface CollectionServiceDropRequest {
  'name'?: (string);
}

export interface CollectionServiceDropRequest__Output {
  'name': (string);
}
