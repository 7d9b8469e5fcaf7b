// Original file: sluice/v1/documents.proto


export interface DocumentServiceGetRequest {
  'collection'?: (string);
  'keys'?: (string)[];
}

export interface DocumentServiceGetRequest__Output {
  'collection': (string);
  'keys': (string)[];
}
