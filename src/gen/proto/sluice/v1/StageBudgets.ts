// Original file: sluice/v1/search.proto


export interface StageBudgets {
  'encode_ms'?: (number);
  'lexical_ms'?: (number);
  'candidates_ms'?: (number);
  'late_interaction_ms'?: (number);
  'cross_encoder_ms'?: (number);
  '_encode_ms'?: "encode_ms";
  '_lexical_ms'?: "lexical_ms";
  '_candidates_ms'?: "candidates_ms";
  '_late_interaction_ms'?: "late_interaction_ms";
  '_cross_encoder_ms'?: "cross_encoder_ms";
}

export interface StageBudgets__Output {
  'encode_ms'?: (number);
  'lexical_ms'?: (number);
  'candidates_ms'?: (number);
  'late_interaction_ms'?: (number);
  'cross_encoder_ms'?: (number);
  '_encode_ms'?: "encode_ms";
  '_lexical_ms'?: "lexical_ms";
  '_candidates_ms'?: "candidates_ms";
  '_late_interaction_ms'?: "late_interaction_ms";
  '_cross_encoder_ms'?: "cross_encoder_ms";
}
