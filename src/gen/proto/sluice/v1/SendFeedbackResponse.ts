// Original file: sluice/v1/search.proto


export interface SendFeedbackResponse {
}

export interface SendFeedbackResponse__Output {
}
