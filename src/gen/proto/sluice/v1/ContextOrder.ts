// Original file: sluice/v1/search.proto

export const ContextOrder = {
  CONTEXT_ORDER_UNSPECIFIED: 'CONTEXT_ORDER_UNSPECIFIED',
  CONTEXT_ORDER_BEST_FIRST: 'CONTEXT_ORDER_BEST_FIRST',
  CONTEXT_ORDER_EDGES_FIRST: 'CONTEXT_ORDER_EDGES_FIRST',
} as const;

export type ContextOrder =
  | 'CONTEXT_ORDER_UNSPECIFIED'
  | 0
  | 'CONTEXT_ORDER_BEST_FIRST'
  | 1
  | 'CONTEXT_ORDER_EDGES_FIRST'
  | 2

export type ContextOrder__Output = typeof ContextOrder[keyof typeof ContextOrder]
