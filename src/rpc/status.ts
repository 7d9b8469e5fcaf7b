// Errors as gRPC statuses: code, message and google.rpc.Status with stable details.

import { definitions } from "../wire/definitions.js";
import { errorTable, isSluiceError } from "../core/errors.js";
import type { ErrorReason } from "../core/errors.js";
import { publicMessage } from "../core/public-message.js";
import type { Any } from "../gen/proto/google/protobuf/Any.js";
import { Metadata, status } from "../wire/grpc.bundle.js";

/** Error in the form that grpc-js expects. */
export interface RpcStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

/** Log for details that must not reach callers. Has the shape of pino's methods. */
export interface RpcLogger {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/**
 * Maximum length of an error message in UTF-16 code units. Peers limit headers to 16 KiB, and the
 * trailer has the message three times, once with up to nine characters per unit.
 */
const messageLengthMax = 500;

/** Retry delay in RetryInfo by reason, milliseconds. */
const retryDelaysMs: Partial<Record<ErrorReason, number>> = {
  OVERLOADED: 100,
  RATE_LIMITED: 1_000,
  NOT_READY: 500,
  DISK_FULL: 5_000,
  DEADLINE_EXCEEDED: 0,
  INTERNAL: 1_000,
};

/**
 * The status for `error`. A SluiceError keeps its reason and message; anything else is a bug, which
 * is logged in full and reported to the caller as INTERNAL.
 */
export function toStatus(error: unknown, logger: RpcLogger, context: object = {}): RpcStatus {
  if (isSluiceError(error)) {
    const { reason, message, field, retryAfterMs, place } = error;
    const isFault = errorTable[reason].status === "INTERNAL" || reason === "DATA_CORRUPT";
    if (isFault || place !== undefined) {
      logger.error({ ...context, err: error, reason }, "a request failed");
    }
    return statusOf({ reason, message, field, retryAfterMs });
  }
  logger.error({ ...context, err: error }, "a request failed unexpectedly");
  return statusOf({ reason: "INTERNAL", message: "unexpected failure; see the server's log" });
}

function statusOf(failure: {
  readonly reason: ErrorReason;
  readonly message: string;
  readonly field?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}): RpcStatus {
  const { reason, field } = failure;
  const row = errorTable[reason];
  const message = publicMessage(failure.message).slice(0, messageLengthMax).toWellFormed();
  const code = status[row.status];
  const { errorInfo, badRequest, retryInfo, status: statusType } = definitions();
  const details: Any[] = [
    pack("ErrorInfo", errorInfo, {
      reason,
      domain: "sluice",
      metadata: { remedy: row.remedy, retryable: String(row.retryable) },
    }),
  ];
  if (row.status === "INVALID_ARGUMENT" && field !== undefined) {
    const violation = {
      field: field.slice(0, messageLengthMax).toWellFormed(),
      description: message,
    };
    details.push(pack("BadRequest", badRequest, { field_violations: [violation] }));
  }
  const metadata = new Metadata();
  if (row.retryable) {
    const delayMs = failure.retryAfterMs ?? retryDelaysMs[reason] ?? 0;
    const seconds = Math.floor(delayMs / 1000);
    const nanos = (delayMs % 1000) * 1e6;
    details.push(pack("RetryInfo", retryInfo, { retry_delay: { seconds, nanos } }));
    metadata.set("grpc-retry-pushback-ms", String(delayMs));
  } else {
    // Retry policies of gRPC go by the status alone; a negative delay forbids a retry.
    metadata.set("grpc-retry-pushback-ms", "-1");
  }
  metadata.set("grpc-status-details-bin", statusType.serialize({ code, message, details }));
  return { code, details: message, metadata };
}

function pack<T>(name: string, type: { serialize(value: T): Buffer }, value: T): Any {
  return { type_url: `type.googleapis.com/google.rpc.${name}`, value: type.serialize(value) };
}
