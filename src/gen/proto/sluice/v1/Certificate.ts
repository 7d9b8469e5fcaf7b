// Original file: sluice/v1/search.proto

export const Certificate = {
  CERTIFICATE_UNSPECIFIED: 'CERTIFICATE_UNSPECIFIED',
  CERTIFICATE_LEXICAL: 'CERTIFICATE_LEXICAL',
  CERTIFICATE_ESTIMATE: 'CERTIFICATE_ESTIMATE',
  CERTIFICATE_EXACT: 'CERTIFICATE_EXACT',
  CERTIFICATE_RERANKED: 'CERTIFICATE_RERANKED',
} as const;

export type Certificate =
  | 'CERTIFICATE_UNSPECIFIED'
  | 0
  | 'CERTIFICATE_LEXICAL'
  | 1
  | 'CERTIFICATE_ESTIMATE'
  | 2
  | 'CERTIFICATE_EXACT'
  | 3
  | 'CERTIFICATE_RERANKED'
  | 4

export type Certificate__Output = typeof Certificate[keyof typeof Certificate]
