// The ids of a request, and the record of how it ended.

import type { IncomingMessage, ServerResponse } from "node:http";
import { present } from "../core/assert.js";
import { callIds, requestIdHeader } from "../core/call-ids.js";
import type { TracedIds } from "../core/call-ids.js";
import type { CallRecord } from "../core/call-record.js";
import type { BeginSpan } from "../core/trace-span.js";
import type { HttpLogger } from "./errors.js";
import { isCall } from "./route.js";

export interface CallReports {
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  /** Called once per request, with how it ended. */
  readonly onEnd: (record: CallRecord) => void;
  /** Absent while tracing is off. */
  readonly beginSpan?: BeginSpan | undefined;
}

export interface HttpCall extends TracedIds {
  /** Adds the request id to each line. */
  readonly logger: HttpLogger;
  /** The caller, once it is known. */
  by?: { readonly peer: string; readonly client: string };
  /** Path of the route, once one was found. */
  route?: string;
}

const ofRequests = new WeakMap<IncomingMessage, HttpCall>();

/** Sends the call's id back, and reports the call when its response was sent or its caller left. */
export function openHttpCall(
  { logger, calls }: { readonly logger: HttpLogger; readonly calls?: CallReports | undefined },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const startMs = calls?.clock() ?? 0;
  const ids = idsOf(request, calls?.beginSpan);
  const { requestId, traceId } = ids;
  response.setHeader(requestIdHeader, requestId);
  const call: HttpCall = {
    ...ids,
    logger: { error: (details, message) => logger.error({ ...details, requestId }, message) },
  };
  ofRequests.set(request, call);
  response.on("close", () => {
    const status = response.writableFinished ? String(response.statusCode) : "499";
    endSpan(call, request, status);
    calls?.onEnd({
      requestId,
      traceId,
      ...call.by,
      via: "http",
      path: `${request.method} ${pathOf(request)}`,
      route: call.route,
      status,
      durationMs: calls.clock() - startMs,
    });
  });
}

export function callOf(request: IncomingMessage): HttpCall {
  return present(ofRequests.get(request), "every request has its call");
}

function idsOf({ headers, method, url }: IncomingMessage, beginSpan?: BeginSpan): TracedIds {
  const requestId = headers[requestIdHeader]?.toString();
  const traceparent = headers.traceparent?.toString();
  // Health checks and scrapes would only fill the traces.
  if (beginSpan === undefined || url === undefined || !isCall(url))
    return callIds({ requestId, traceparent, span: undefined });
  const name = `${method}`;
  const attributes = { "http.request.method": method };
  const tracestate = headers.tracestate?.toString();
  const span = beginSpan({ name, attributes, traceparent, tracestate });
  return callIds({ requestId, traceparent, span });
}

function endSpan({ span, by, route }: HttpCall, { method }: IncomingMessage, status: string): void {
  if (span === undefined) return;
  if (route !== undefined) span.rename(`${method} ${route}`);
  span.set({
    "http.route": route,
    "http.response.status_code": Number(status),
    "sluice.peer": by?.peer,
  });
  span.end({ error: Number(status) >= 500 ? status : undefined });
}

function pathOf({ url }: IncomingMessage): string | undefined {
  return url?.split("?", 1)[0];
}
