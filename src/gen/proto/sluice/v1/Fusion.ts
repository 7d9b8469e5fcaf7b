// Original file: sluice/v1/search.proto

export const Fusion = {
  FUSION_UNSPECIFIED: 'FUSION_UNSPECIFIED',
  FUSION_RECIPROCAL_RANK: 'FUSION_RECIPROCAL_RANK',
  FUSION_MIN_MAX: 'FUSION_MIN_MAX',
} as const;

export type Fusion =
  | 'FUSION_UNSPECIFIED'
  | 0
  | 'FUSION_RECIPROCAL_RANK'
  | 1
  | 'FUSION_MIN_MAX'
  | 2

export type Fusion__Output = typeof Fusion[keyof typeof Fusion]
