// Original file: sluice/v1/collections.proto


export interface CollectionServiceDropResponse {
}

export interface CollectionServiceDropResponse__Output {
}
