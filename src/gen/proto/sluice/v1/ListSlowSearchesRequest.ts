// Original file: sluice/v1/search.proto


export interface ListSlowSearchesRequest {
}

export interface ListSlowSearchesRequest__Output {
}
