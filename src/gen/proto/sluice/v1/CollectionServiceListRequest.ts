// Original file: sluice/v1/collections.proto


export interface CollectionServiceListRequest {
  'page_size'?: (number);
  'page_token'?: (string);
  '_page_size'?: "page_size";
}

export interface CollectionServiceListRequest__Output {
  'page_size'?: (number);
  'page_token': (string);
  '_page_size'?: "page_size";
}
