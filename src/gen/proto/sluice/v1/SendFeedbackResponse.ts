// Original file: sluice/v1/search.proto


export interface SendFeedbackResponse {
  'is_repeated'?: (boolean);
  'is_unknown_key'?: (boolean);
}

export interface SendFeedbackResponse__Output {
  'is_repeated': (boolean);
  'is_unknown_key': (boolean);
}
