// Original file: sluice/v1/types.proto


export interface KeyAnyOf {
  'keys'?: (string)[];
}

export interface KeyAnyOf__Output {
  'keys': (string)[];
}
