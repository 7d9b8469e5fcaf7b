// Original file: sluice/v1/documents.proto


export interface DocumentServiceListRequest {
  'collection'?: (string);
  'page_size'?: (number);
  'page_token'?: (string);
  '_page_size'?: "page_size";
}

export interface DocumentServiceListRequest__Output {
  'collection': (string);
  'page_size'?: (number);
  'page_token': (string);
  '_page_size'?: "page_size";
}
