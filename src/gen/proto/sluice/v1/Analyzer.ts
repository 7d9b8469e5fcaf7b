// Original file: sluice/v1/collections.proto

export const Analyzer = {
  ANALYZER_UNSPECIFIED: 'ANALYZER_UNSPECIFIED',
  ANALYZER_ENGLISH: 'ANALYZER_ENGLISH',
  ANALYZER_UNICODE: 'ANALYZER_UNICODE',
} as const;

export type Analyzer =
  | 'ANALYZER_UNSPECIFIED'
  | 0
  | 'ANALYZER_ENGLISH'
  | 1
  | 'ANALYZER_UNICODE'
  | 2

export type Analyzer__Output = typeof Analyzer[keyof typeof Analyzer]
