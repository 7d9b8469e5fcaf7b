// Original file: sluice/v1/operations.proto


export interface OperationServiceListRequest {
}

export interface OperationServiceListRequest__Output {
}
