// Original file: sluice/v1/operations.proto


export interface OperationError {
  'reason'?: (string);
  'message'?: (string);
}

export interface OperationError__Output {
  'reason': (string);
  'message': (string);
}
