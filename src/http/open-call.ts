// The ids of a request, and the record of how it ended.

import type { IncomingMessage, ServerResponse } from "node:http";
import { callIds, requestIdHeader } from "../core/call-ids.js";
import type { CallIds } from "../core/call-ids.js";
import type { CallRecord } from "../core/call-record.js";
import type { HttpLogger } from "./errors.js";

export interface CallReports {
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  /** Called once per request, with how it ended. */
  readonly onEnd: (record: CallRecord) => void;
}

export interface HttpCall extends CallIds {
  /** Adds the request id to each line. */
  readonly logger: HttpLogger;
  /** The caller, once it is known. */
  by?: { readonly peer: string; readonly client: string };
}

/** Sends the call's id back, and reports the call when its response was sent or its caller left. */
export function openHttpCall(
  { logger, calls }: { readonly logger: HttpLogger; readonly calls?: CallReports | undefined },
  request: IncomingMessage,
  response: ServerResponse,
): HttpCall {
  const startMs = calls?.clock() ?? 0;
  const { headers } = request;
  const ids = callIds({
    requestId: headers[requestIdHeader]?.toString(),
    traceparent: headers.traceparent?.toString(),
  });
  const { requestId } = ids;
  response.setHeader(requestIdHeader, requestId);
  const call: HttpCall = {
    ...ids,
    logger: { error: (details, message) => logger.error({ ...details, requestId }, message) },
  };
  response.on("close", () =>
    calls?.onEnd({
      ...ids,
      ...call.by,
      via: "http",
      path: `${request.method} ${request.url?.split("?", 1)[0]}`,
      status: response.writableFinished ? String(response.statusCode) : "499",
      durationMs: calls.clock() - startMs,
    }),
  );
  return call;
}
