// Original file: sluice/v1/types.proto

export const VectorType = {
  VECTOR_TYPE_UNSPECIFIED: 'VECTOR_TYPE_UNSPECIFIED',
  VECTOR_TYPE_FLOAT32: 'VECTOR_TYPE_FLOAT32',
  VECTOR_TYPE_FLOAT16: 'VECTOR_TYPE_FLOAT16',
  VECTOR_TYPE_INT8: 'VECTOR_TYPE_INT8',
} as const;

export type VectorType =
  | 'VECTOR_TYPE_UNSPECIFIED'
  | 0
  | 'VECTOR_TYPE_FLOAT32'
  | 1
  | 'VECTOR_TYPE_FLOAT16'
  | 2
  | 'VECTOR_TYPE_INT8'
  | 3

export type VectorType__Output = typeof VectorType[keyof typeof VectorType]
