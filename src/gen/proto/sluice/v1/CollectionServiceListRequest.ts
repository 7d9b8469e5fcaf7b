// Original file: sluice/v1/collections.proto


export interface CollectionServiceListRequest {
}

export interface CollectionServiceListRequest__Output {
}
