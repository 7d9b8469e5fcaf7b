// Retry budget: allows few retries while many calls fail, so that retries do not add to an
// overload.

export interface RetryBudget {
  succeeded(): void;
  failed(): void;
  /** Whether a failed call may be retried. */
  readonly mayRetry: boolean;
}

/** Like gRPC's retry throttling (gRFC A6): a failure takes one token, a success adds a tenth. */
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
