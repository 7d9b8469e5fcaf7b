// Original file: sluice/v1/operations.proto


export interface OperationServiceGetRequest {
  'id'?: (string);
}

export interface OperationServiceGetRequest__Output {
  'id': (string);
}
