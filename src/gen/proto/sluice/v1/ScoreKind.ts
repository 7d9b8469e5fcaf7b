// Original file: sluice/v1/search.proto

export const ScoreKind = {
  SCORE_KIND_UNSPECIFIED: 'SCORE_KIND_UNSPECIFIED',
  SCORE_KIND_BM25: 'SCORE_KIND_BM25',
  SCORE_KIND_FUSION: 'SCORE_KIND_FUSION',
  SCORE_KIND_RELEVANCE: 'SCORE_KIND_RELEVANCE',
  SCORE_KIND_RERANKED: 'SCORE_KIND_RERANKED',
} as const;

export type ScoreKind =
  | 'SCORE_KIND_UNSPECIFIED'
  | 0
  | 'SCORE_KIND_BM25'
  | 1
  | 'SCORE_KIND_FUSION'
  | 2
  | 'SCORE_KIND_RELEVANCE'
  | 3
  | 'SCORE_KIND_RERANKED'
  | 4

export type ScoreKind__Output = typeof ScoreKind[keyof typeof ScoreKind]
