// Original file: sluice/v1/collections.proto


export interface RecallEstimate {
  'pool_size'?: (number);
  'recall'?: (number | string);
  'recall_lower_bound'?: (number | string);
  'sample_count'?: (number);
}

export interface RecallEstimate__Output {
  'pool_size': (number);
  'recall': (number);
  'recall_lower_bound': (number);
  'sample_count': (number);
}
