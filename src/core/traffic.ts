// Memory limits for the requests and responses of both ports.

import { createByteBudget } from "./byte-budget.js";
import type { ByteBudget } from "./byte-budget.js";
import type { Clock } from "./clock.js";
import { limits } from "./limits.js";
import { createUnreadAnswers } from "./unread-answers.js";
import type { UnreadAnswers } from "./unread-answers.js";

export interface Traffic {
  readonly budget: ByteBudget;
  readonly answers: UnreadAnswers;
}

/** Messages of the largest size that fit the budget: two of one peer and two of others. */
const largestMessages = 4;

export function createTraffic(options: {
  /** Request bytes in flight; default `limits.requestBytesMax`. */
  readonly requestBytesMax?: number | undefined;
  /** Bytes of one message; default `limits.messageBytesMax`. */
  readonly messageBytesMax?: number | undefined;
  readonly clock: Clock;
}): Traffic {
  const { requestBytesMax = limits.requestBytesMax, messageBytesMax = limits.messageBytesMax } =
    options;
  return {
    budget: createByteBudget(Math.max(requestBytesMax, largestMessages * messageBytesMax)),
    answers: createUnreadAnswers(
      {
        connectionBytesMax: limits.unreadConnectionBytesMax,
        bytesMax: limits.unreadBytesMax,
        patienceMs: limits.unreadPatienceMs,
        stallMs: limits.stalledStreamMs,
      },
      options.clock,
    ),
  };
}
