// Original file: sluice/v1/collections.proto


export interface CollectionServiceSnapshotRequest {
  'name'?: (string);
  'snapshot_name'?: (string);
  'backup'?: (boolean);
}

export interface CollectionServiceSnapshotRequest__Output {
  'name': (string);
  'snapshot_name': (string);
  'backup': (boolean);
}
