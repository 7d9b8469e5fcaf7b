// Original file: sluice/v1/search.proto

export const Stage = {
  STAGE_UNSPECIFIED: 'STAGE_UNSPECIFIED',
  STAGE_LEXICAL: 'STAGE_LEXICAL',
  STAGE_CANDIDATES: 'STAGE_CANDIDATES',
  STAGE_LATE_INTERACTION: 'STAGE_LATE_INTERACTION',
  STAGE_CROSS_ENCODER: 'STAGE_CROSS_ENCODER',
} as const;

export type Stage =
  | 'STAGE_UNSPECIFIED'
  | 0
  | 'STAGE_LEXICAL'
  | 1
  | 'STAGE_CANDIDATES'
  | 2
  | 'STAGE_LATE_INTERACTION'
  | 3
  | 'STAGE_CROSS_ENCODER'
  | 4

export type Stage__Output = typeof Stage[keyof typeof Stage]
