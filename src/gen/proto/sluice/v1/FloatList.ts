// Original file: sluice/v1/types.proto


export interface FloatList {
  'values'?: (number | string)[];
}

export interface FloatList__Output {
  'values': (number)[];
}
