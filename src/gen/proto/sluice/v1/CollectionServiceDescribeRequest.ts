// Original file: sluice/v1/collections.proto


export interface CollectionServiceDescribeRequest {
  'name'?: (string);
}

export interface CollectionServiceDescribeRequest__Output {
  'name': (string);
}
