// Original file: sluice/v1/search.proto

export const FieldKind = {
  FIELD_KIND_UNSPECIFIED: 'FIELD_KIND_UNSPECIFIED',
  FIELD_KIND_KEYWORD: 'FIELD_KIND_KEYWORD',
  FIELD_KIND_INTEGER: 'FIELD_KIND_INTEGER',
  FIELD_KIND_FLOAT: 'FIELD_KIND_FLOAT',
  FIELD_KIND_BOOLEAN: 'FIELD_KIND_BOOLEAN',
  FIELD_KIND_TIME: 'FIELD_KIND_TIME',
} as const;

export type FieldKind =
  | 'FIELD_KIND_UNSPECIFIED'
  | 0
  | 'FIELD_KIND_KEYWORD'
  | 1
  | 'FIELD_KIND_INTEGER'
  | 2
  | 'FIELD_KIND_FLOAT'
  | 3
  | 'FIELD_KIND_BOOLEAN'
  | 4
  | 'FIELD_KIND_TIME'
  | 5

export type FieldKind__Output = typeof FieldKind[keyof typeof FieldKind]
