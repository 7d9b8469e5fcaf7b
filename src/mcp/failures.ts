// Errors as an agent sees them: results of tools that say what to do, with the stable reasons.

import { isClientError } from "../client/is-client-error.js";
import { errorTable, isSluiceError } from "../core/errors.js";
import { publicMessage } from "../core/public-message.js";

/** Receives details that must not reach callers. */
export interface McpLogger {
  error(details: object, message: string): void;
}

export interface Failure {
  /** Row of the error table, or the gRPC status of a call that did not reach a server. */
  readonly reason: string;
  /** Lower case, no full stop. */
  readonly message: string;
  readonly field?: string | undefined;
  readonly remedy?: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
}

/** Anything but an error with a reason is a bug, whose details go to the log only. */
export function failureOf(error: unknown, logger: McpLogger): Failure {
  if (isSluiceError(error)) {
    const { reason, message, field, retryAfterMs } = error;
    const { remedy, retryable } = errorTable[reason];
    return { reason, message: publicMessage(message), field, remedy, retryable, retryAfterMs };
  }
  if (isClientError(error)) {
    const { reason, message, field, remedy, retryable, retryDelayMs: retryAfterMs } = error;
    return { reason, message, field, remedy, retryable, retryAfterMs };
  }
  logger.error({ err: error }, "an MCP request failed unexpectedly");
  const { remedy, retryable } = errorTable.INTERNAL;
  return { reason: "INTERNAL", message: "unexpected failure", remedy, retryable };
}

/** `COLLECTION_NOT_FOUND: no collection is called "x". Create it, or list the collections.` */
export function failureText({ reason, message, remedy }: Failure): string {
  return `${reason}: ${message}.${remedy === undefined ? "" : ` ${remedy}`}`;
}
