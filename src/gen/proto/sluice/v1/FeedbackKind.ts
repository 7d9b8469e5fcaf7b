// Original file: sluice/v1/search.proto

export const FeedbackKind = {
  FEEDBACK_KIND_UNSPECIFIED: 'FEEDBACK_KIND_UNSPECIFIED',
  FEEDBACK_KIND_CLICK: 'FEEDBACK_KIND_CLICK',
  FEEDBACK_KIND_RELEVANT: 'FEEDBACK_KIND_RELEVANT',
  FEEDBACK_KIND_NOT_RELEVANT: 'FEEDBACK_KIND_NOT_RELEVANT',
} as const;

export type FeedbackKind =
  | 'FEEDBACK_KIND_UNSPECIFIED'
  | 0
  | 'FEEDBACK_KIND_CLICK'
  | 1
  | 'FEEDBACK_KIND_RELEVANT'
  | 2
  | 'FEEDBACK_KIND_NOT_RELEVANT'
  | 3

export type FeedbackKind__Output = typeof FeedbackKind[keyof typeof FeedbackKind]
