// Errors of calls: the server's stable reason where there is one, the transport's status otherwise.

import type { Metadata, ServiceError } from "@grpc/grpc-js";
import { definitions } from "../wire/definitions.js";
import { status as statusCodes } from "../wire/grpc.bundle.js";

/** A call that failed. */
export class SluiceClientError extends Error {
  override readonly name = "SluiceClientError";
  /**
   * Row of the server's error table, such as `COLLECTION_NOT_FOUND`; `INCOMPATIBLE_VERSION` when the
   * server does not know the call; else the status name.
   */
  readonly reason: string;
  /** Path of the request field at fault, when the server named one. */
  readonly field: string | undefined;
  /** Name of the gRPC status, such as `NOT_FOUND`. */
  readonly status: string;
  /** True when the same call may succeed later. */
  readonly retryable: boolean;
  /** Suggested remedy, when the server sent one. */
  readonly remedy: string | undefined;
  /** Retry delay in milliseconds, when the server sent one. */
  readonly retryDelayMs: number | undefined;

  constructor(parts: {
    readonly message: string;
    readonly reason: string;
    readonly status: string;
    readonly retryable: boolean;
    readonly field?: string | undefined;
    readonly remedy?: string | undefined;
    readonly retryDelayMs?: number | undefined;
    readonly cause?: unknown;
  }) {
    super(parts.message, { cause: parts.cause });
    this.reason = parts.reason;
    this.status = parts.status;
    this.retryable = parts.retryable;
    this.field = parts.field;
    this.remedy = parts.remedy;
    this.retryDelayMs = parts.retryDelayMs;
  }
}

/** Any failure of a call as a SluiceClientError. */
export function toClientError(error: unknown): SluiceClientError {
  if (error instanceof SluiceClientError) return error;
  if (!isServiceError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return new SluiceClientError({
      message,
      reason: "INTERNAL",
      status: "INTERNAL",
      retryable: false,
      cause: error,
    });
  }
  const status = statusCodes[error.code];
  const rich = { ...versionDetails(error.code), ...readDetails(error.metadata) };
  return new SluiceClientError({
    message: error.details === "" ? error.message : error.details,
    reason: rich.reason ?? status,
    status,
    // An error without details is the transport's; the call may not have reached the server.
    retryable: rich.retryable ?? error.code === statusCodes.UNAVAILABLE,
    field: rich.field,
    remedy: rich.remedy,
    retryDelayMs: rich.retryDelayMs,
    cause: error,
  });
}

/** The library answers for services that a server lacks, without details. */
function versionDetails(code: statusCodes): RichDetails {
  if (code !== statusCodes.UNIMPLEMENTED) return {};
  const remedy =
    "connect to a Sluice server, of the same major version and not older than the client";
  return { reason: "INCOMPATIBLE_VERSION", remedy };
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && typeof error.code === "number";
}

interface RichDetails {
  readonly reason?: string;
  readonly field?: string;
  readonly remedy?: string;
  readonly retryable?: boolean;
  readonly retryDelayMs?: number;
}

function readDetails(metadata: Metadata | undefined): RichDetails {
  const bytes = metadata?.get("grpc-status-details-bin")[0];
  if (!Buffer.isBuffer(bytes)) return {};
  const { status, errorInfo, badRequest, retryInfo } = definitions();
  const found: { -readonly [Name in keyof RichDetails]: RichDetails[Name] } = {};
  for (const detail of status.deserialize(bytes).details) {
    if (!("type_url" in detail)) continue;
    const type = detail.type_url.slice(detail.type_url.lastIndexOf("/") + 1);
    const value = Buffer.from(detail.value);
    if (type === "google.rpc.ErrorInfo") {
      const info = errorInfo.deserialize(value);
      found.reason = info.reason;
      found.retryable = info.metadata["retryable"] === "true";
      const remedy = info.metadata["remedy"];
      if (remedy !== undefined) found.remedy = remedy;
    } else if (type === "google.rpc.BadRequest") {
      const violation = badRequest.deserialize(value).field_violations[0];
      if (violation !== undefined) found.field = violation.field;
    } else if (type === "google.rpc.RetryInfo") {
      const delay = retryInfo.deserialize(value).retry_delay;
      if (delay !== null) found.retryDelayMs = Number(delay.seconds) * 1000 + delay.nanos / 1e6;
    }
  }
  return found;
}
