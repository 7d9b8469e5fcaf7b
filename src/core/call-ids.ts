// Ids of a call, which connect its log lines with its caller's: a request id, given by the caller or
// made here, and the trace id of W3C Trace Context.

import { randomUUID } from "node:crypto";
import type { TraceSpan } from "./trace-span.js";

export interface CallIds {
  readonly requestId: string;
  /** 32 hexadecimal digits. Absent when the call has no valid `traceparent` and is not traced. */
  readonly traceId?: string | undefined;
}

/** The ids of a call, and its span. */
export interface TracedIds extends CallIds {
  /** Absent while tracing is off. */
  readonly span?: TraceSpan | undefined;
}

/** Header and metadata key of the request id, in requests and in responses. */
export const requestIdHeader = "x-request-id";

/** Ids in use: UUIDs, ULIDs, and `Root=1-67891233-abc` of load balancers. */
const givenForm = /^[\w.:/+=@-]{1,128}$/;

/** https://www.w3.org/TR/trace-context/#traceparent-header; version ff is invalid. */
const traceparentForm =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/;

/** A given id of another form is replaced, since it is repeated in headers and log lines. */
export function callIds(given: {
  readonly requestId: string | undefined;
  readonly traceparent: string | undefined;
  readonly span: TraceSpan | undefined;
}): TracedIds {
  const { requestId = "", traceparent = "", span } = given;
  return {
    requestId: givenForm.test(requestId) ? requestId : randomUUID(),
    traceId: traceparentForm.exec(traceparent)?.[1] ?? (span?.isSampled ? span.traceId : undefined),
    span,
  };
}
