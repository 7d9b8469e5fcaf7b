// Original file: sluice/v1/search.proto

export const WindowPooling = {
  WINDOW_POOLING_UNSPECIFIED: 'WINDOW_POOLING_UNSPECIFIED',
  WINDOW_POOLING_BEST: 'WINDOW_POOLING_BEST',
  WINDOW_POOLING_MEAN: 'WINDOW_POOLING_MEAN',
} as const;

export type WindowPooling =
  | 'WINDOW_POOLING_UNSPECIFIED'
  | 0
  | 'WINDOW_POOLING_BEST'
  | 1
  | 'WINDOW_POOLING_MEAN'
  | 2

export type WindowPooling__Output = typeof WindowPooling[keyof typeof WindowPooling]
