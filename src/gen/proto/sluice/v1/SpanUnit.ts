// Original file: sluice/v1/types.proto

export const SpanUnit = {
  SPAN_UNIT_UNSPECIFIED: 'SPAN_UNIT_UNSPECIFIED',
  SPAN_UNIT_UTF16: 'SPAN_UNIT_UTF16',
  SPAN_UNIT_CODE_POINTS: 'SPAN_UNIT_CODE_POINTS',
  SPAN_UNIT_UTF8: 'SPAN_UNIT_UTF8',
} as const;

export type SpanUnit =
  | 'SPAN_UNIT_UNSPECIFIED'
  | 0
  | 'SPAN_UNIT_UTF16'
  | 1
  | 'SPAN_UNIT_CODE_POINTS'
  | 2
  | 'SPAN_UNIT_UTF8'
  | 3

export type SpanUnit__Output = typeof SpanUnit[keyof typeof SpanUnit]
