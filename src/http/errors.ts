// Errors as HTTP responses: a status, and a body with the same stable reason as over gRPC.

import { errorTable, isSluiceError } from "../core/errors.js";
import type { ErrorReason, ErrorStatus } from "../core/errors.js";
import { publicMessage } from "../core/public-message.js";

/** Log for details that must not reach callers. Has the shape of pino's methods. */
export interface HttpLogger {
  error(details: object, message: string): void;
}

export interface HttpFailure {
  readonly statusCode: number;
  /** Seconds for `Retry-After`. Absent when a retry would fail again. */
  readonly retryAfter: number | undefined;
  readonly body: {
    /** The same message under the names that other clients read. */
    readonly message?: string;
    readonly detail?: string;
    readonly error: {
      readonly reason: string;
      readonly message: string;
      readonly field?: string;
      readonly remedy: string;
      readonly retryable: boolean;
    };
  };
}

/** HTTP status by the gRPC status of the reason. */
export const statusCodes: Record<ErrorStatus, number> = {
  INVALID_ARGUMENT: 400,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  FAILED_PRECONDITION: 400,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  DEADLINE_EXCEEDED: 504,
  CANCELLED: 499,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  INTERNAL: 500,
  UNAUTHENTICATED: 401,
};

/** Reasons for which HTTP has a more specific status. */
const statusCodesOfReasons: Partial<Record<ErrorReason, number>> = {
  HOST_NOT_ALLOWED: 421,
  CONTENT_TYPE_NOT_SUPPORTED: 415,
};

/**
 * The response for `error`. Anything but a SluiceError is a bug, whose details go to the log only.
 */
export function toHttpFailure(error: unknown, logger: HttpLogger): HttpFailure {
  if (isSluiceError(error)) {
    if (error.place !== undefined) logger.error({ err: error }, "an HTTP request failed");
    return failure(error.reason, error);
  }
  logger.error({ err: error }, "an HTTP request failed unexpectedly");
  return failure("INTERNAL", { message: "unexpected failure; see the server's log" });
}

function failure(
  reason: ErrorReason,
  told: {
    readonly message: string;
    readonly field?: string | undefined;
    readonly retryAfterMs?: number | undefined;
  },
): HttpFailure {
  const { field, retryAfterMs = 1000 } = told;
  const message = publicMessage(told.message);
  const { status, remedy, retryable } = errorTable[reason];
  return {
    statusCode: statusCodesOfReasons[reason] ?? statusCodes[status],
    retryAfter: retryable ? Math.ceil(retryAfterMs / 1000) : undefined,
    body: {
      error: { reason, message, ...(field === undefined ? {} : { field }), remedy, retryable },
    },
  };
}
