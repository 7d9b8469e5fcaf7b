// Original file: sluice/v1/collections.proto


export interface RefusedCollection {
  'name'?: (string);
  'reason'?: (string);
  'message'?: (string);
}

export interface RefusedCollection__Output {
  'name': (string);
  'reason': (string);
  'message': (string);
}
