// Original file: sluice/v1/collections.proto


export interface CollectionServiceDeleteSnapshotResponse {
}

export interface CollectionServiceDeleteSnapshotResponse__Output {
}
