// Original file: sluice/v1/operations.proto


export interface OperationServiceWatchRequest {
  'id'?: (string);
}

export interface OperationServiceWatchRequest__Output {
  'id': (string);
}
