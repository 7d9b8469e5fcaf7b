// Original file: sluice/v1/collections.proto


// Original file: sluice/v1/collections.proto

export const _sluice_v1_DataFinding_Kind = {
  KIND_UNSPECIFIED: 'KIND_UNSPECIFIED',
  KIND_DAMAGED: 'KIND_DAMAGED',
  KIND_DUPLICATE: 'KIND_DUPLICATE',
  KIND_UNFINISHED: 'KIND_UNFINISHED',
  KIND_FOREIGN: 'KIND_FOREIGN',
  KIND_LINK: 'KIND_LINK',
} as const;

export type _sluice_v1_DataFinding_Kind =
  | 'KIND_UNSPECIFIED'
  | 0
  | 'KIND_DAMAGED'
  | 1
  | 'KIND_DUPLICATE'
  | 2
  | 'KIND_UNFINISHED'
  | 3
  | 'KIND_FOREIGN'
  | 4
  | 'KIND_LINK'
  | 5

export type _sluice_v1_DataFinding_Kind__Output = typeof _sluice_v1_DataFinding_Kind[keyof typeof _sluice_v1_DataFinding_Kind]

export interface DataFinding {
  'place'?: (string);
  'kind'?: (_sluice_v1_DataFinding_Kind);
  'message'?: (string);
}

export interface DataFinding__Output {
  'place': (string);
  'kind': (_sluice_v1_DataFinding_Kind__Output);
  'message': (string);
}
