// How many retries a service is worth: few when many calls fail, so that they do not add to it.

export interface RetryBudget {
  succeeded(): void;
  failed(): void;
  /** Whether a call that failed may be tried again. */
  readonly mayRetry: boolean;
}

/** As gRPC throttles retries (gRFC A6): a failure takes one token, a success gives a tenth. */
const tokensMax = 10;
const tokensPerSuccess = 0.1;

export function createRetryBudget(): RetryBudget {
  let tokens = tokensMax;
  return {
    succeeded() {
      tokens = Math.min(tokensMax, tokens + tokensPerSuccess);
    },
    failed() {
      tokens = Math.max(0, tokens - 1);
    },
    get mayRetry() {
      return tokens > tokensMax / 2;
    },
  };
}
