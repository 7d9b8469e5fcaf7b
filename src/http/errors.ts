// Errors as HTTP responses: problem details (RFC 9457) with the same stable reasons as over gRPC.

import { errorTable, isSluiceError } from "../core/errors.js";
import type { ErrorReason, ErrorStatus } from "../core/errors.js";
import { publicMessage } from "../core/public-message.js";

/** Log for details that must not reach callers. Has the shape of pino's methods. */
export interface HttpLogger {
  error(details: object, message: string): void;
}

/** https://www.rfc-editor.org/rfc/rfc9457, with members of our own from `reason` on. */
export interface Problem {
  /** A name for the kind of error, not an address. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The same as `detail`, for clients of other services. */
  readonly message?: string | undefined;
  readonly reason: string;
  /** Path of the field at fault, such as `filter.all[2].range`. */
  readonly field?: string | undefined;
  readonly remedy: string;
  readonly retryable: boolean;
}

export interface HttpFailure {
  readonly statusCode: number;
  /** Seconds for `Retry-After`. Absent when a retry would fail again. */
  readonly retryAfter: number | undefined;
  readonly body: Problem;
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
  METHOD_NOT_ALLOWED: 405,
  SEQUENCE_MISMATCH: 412,
  DISK_FULL: 507,
};

/** The status of a body that is too large. */
const contentTooLarge = 413;

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
  const { status, meaning, remedy, retryable } = errorTable[reason];
  const isBodyTooLarge = reason === "LIMIT_EXCEEDED" && field === "body";
  const statusCode = isBodyTooLarge
    ? contentTooLarge
    : (statusCodesOfReasons[reason] ?? statusCodes[status]);
  return {
    statusCode,
    retryAfter: retryable ? Math.ceil(retryAfterMs / 1000) : undefined,
    body: {
      type: `urn:sluice:error:${reason}`,
      title: meaning,
      status: statusCode,
      detail: publicMessage(told.message),
      reason,
      field,
      remedy,
      retryable,
    },
  };
}
