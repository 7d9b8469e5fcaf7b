// Original file: sluice/v1/operations.proto


export interface OperationServiceCancelRequest {
  'id'?: (string);
}

export interface OperationServiceCancelRequest__Output {
  'id': (string);
}
