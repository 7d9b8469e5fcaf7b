// Original file: sluice/v1/collections.proto


export interface CollectionServiceSetScoreMapsResponse {
}

export interface CollectionServiceSetScoreMapsResponse__Output {
}
