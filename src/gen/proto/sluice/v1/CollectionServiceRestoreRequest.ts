// Original file: sluice/v1/collections.proto


export interface CollectionServiceRestoreRequest {
  'snapshot_name'?: (string);
  'name'?: (string);
  'backup'?: (boolean);
}

export interface CollectionServiceRestoreRequest__Output {
  'snapshot_name': (string);
  'name': (string);
  'backup': (boolean);
}
