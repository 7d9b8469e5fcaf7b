// Original file: sluice/v1/collections.proto


export interface CollectionServiceListSnapshotsRequest {
  'backup'?: (boolean);
}

export interface CollectionServiceListSnapshotsRequest__Output {
  'backup': (boolean);
}
