// The ids of a request, and the record of how it ended.

import type { IncomingMessage, ServerResponse } from "node:http";
import { callIds, requestIdHeader } from "../core/call-ids.js";
import type { CallIds } from "../core/call-ids.js";
import type { CallRecord } from "../core/call-record.js";
import type { HttpLogger } from "./errors.js";

export interface CallReports {
  readonly logger: HttpLogger;
  /** Called once per request, with how it ended. */
  readonly onCallEnd?: ((record: CallRecord) => void) | undefined;
}

export interface OpenCall extends CallIds {
  /** Adds the request id to each line. */
  readonly logger: HttpLogger;
  /** The caller, once it is known. */
  by?: { readonly peer: string; readonly client: string };
}

/** Sends the call's id back, and reports the call when its response was sent or its caller left. */
export function openCall(
  { logger, onCallEnd }: CallReports,
  request: IncomingMessage,
  response: ServerResponse,
): OpenCall {
  const startMs = performance.now();
  const { headers } = request;
  const ids = callIds({
    requestId: headers[requestIdHeader]?.toString(),
    traceparent: headers.traceparent?.toString(),
  });
  const { requestId } = ids;
  response.setHeader(requestIdHeader, requestId);
  const call: OpenCall = {
    ...ids,
    logger: { error: (details, message) => logger.error({ ...details, requestId }, message) },
  };
  response.on("close", () =>
    onCallEnd?.({
      ...ids,
      ...call.by,
      via: "http",
      path: `${request.method} ${request.url?.split("?", 1)[0]}`,
      status: response.writableFinished ? String(response.statusCode) : "499",
      durationMs: performance.now() - startMs,
    }),
  );
  return call;
}
