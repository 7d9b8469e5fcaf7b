// Original file: sluice/v1/collections.proto


export interface CollectionServiceListSnapshotsRequest {
}

export interface CollectionServiceListSnapshotsRequest__Output {
}
