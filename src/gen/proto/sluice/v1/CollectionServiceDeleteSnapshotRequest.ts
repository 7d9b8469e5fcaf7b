// Original file: sluice/v1/collections.proto


export interface CollectionServiceDeleteSnapshotRequest {
  'snapshot_name'?: (string);
  'backup'?: (boolean);
}

export interface CollectionServiceDeleteSnapshotRequest__Output {
  'snapshot_name': (string);
  'backup': (boolean);
}
