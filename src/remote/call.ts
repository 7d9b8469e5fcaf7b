// One HTTP call to a remote service, bounded in time and size, with errors that contain no secrets.

import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { TraceSpan } from "../core/trace-span.js";

export interface CallRequest {
  readonly url: string;
  readonly body: object;
  readonly key: string | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** What the call is part of. Absent while tracing is off. */
  readonly span: TraceSpan | undefined;
}

export interface CallFailure {
  readonly kind: "failed";
  /** What happened, without text of the response, which may repeat the key. */
  readonly message: string;
  /** Whether a retry may succeed. */
  readonly mayPass: boolean;
  /**
   * False when the request is at fault or the rate limit is exceeded, which is no sign of an
   * outage.
   */
  readonly isBroken: boolean;
  readonly retryAfterMs?: number | undefined;
}

export type CallResult = { readonly kind: "answered"; readonly text: string } | CallFailure;

/** Throws only CANCELLED, when `signal` aborts. */
export async function call(request: CallRequest): Promise<CallResult> {
  const span = beginSpan(request);
  let error: string | undefined = "CANCELLED";
  try {
    const result = await callInTime({ ...request, span });
    error = result.kind === "failed" ? "REMOTE_FAILED" : undefined;
    return result;
  } finally {
    span?.end({ error });
  }
}

function beginSpan({ url, span }: CallRequest): TraceSpan | undefined {
  if (span?.isSampled !== true) return span;
  const { hostname, port, pathname } = new URL(url);
  return span.child("POST", {
    isRemote: true,
    attributes: {
      "http.request.method": "POST",
      "server.address": hostname,
      "server.port": port === "" ? undefined : Number(port),
      "url.path": pathname,
    },
  });
}

async function callInTime(request: CallRequest): Promise<CallResult> {
  const { signal, timeoutMs } = request;
  const stop = new AbortController();
  const onAbort = (): void => stop.abort();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    stop.abort();
  }, timeoutMs);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    if (signal.aborted) throw cancelled();
    return await send(request, stop.signal);
  } catch (error) {
    if (signal.aborted) throw cancelled();
    const message = isLate ? `no response within ${timeoutMs} ms` : describe(error);
    return { kind: "failed", message, mayPass: true, isBroken: true };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

async function send(
  { url, body, key, span }: CallRequest,
  signal: AbortSignal,
): Promise<CallResult> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json",
      ...span?.headers(),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify(body),
    // Following a redirect would send query and texts to another server.
    redirect: "manual",
    signal,
  });
  span?.set({ "http.response.status_code": response.status });
  if (response.ok) return await readBody(response);
  await response.body?.cancel();
  return toFailure(response);
}

async function readBody(response: Response): Promise<CallResult> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > limits.remoteAnswerBytesMax) {
      const message = `its response is longer than ${limits.remoteAnswerBytesMax} bytes`;
      return { kind: "failed", message, mayPass: false, isBroken: true };
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return { kind: "answered", text: text + decoder.decode() };
}

/** Statuses caused by the request: too large, malformed, or rate limited. */
const requestFaults = new Set([400, 404, 405, 413, 414, 415, 422, 429]);

function toFailure({ status, headers }: Response): CallFailure {
  const mayPass = status === 408 || status === 429 || status >= 500;
  const isBroken = !requestFaults.has(status);
  const message = `it responded with status ${status}`;
  return { kind: "failed", message, mayPass, isBroken, retryAfterMs: retryAfterMs(headers) };
}

/** In seconds or as a date, which is relative to the service's clock. */
function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(value)) return bounded(Number(value) * 1000);
  const ms = Date.parse(value) - Date.parse(headers.get("date") ?? "");
  return Number.isNaN(ms) ? undefined : bounded(ms);
}

function bounded(ms: number): number {
  return Math.min(limits.remoteRetryAfterMsMax, Math.max(0, ms));
}

/** Only the error code, because messages of fetch may quote a header. */
function describe(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  return `the connection failed${typeof code === "string" ? ` (${code})` : ""}`;
}

export function cancelled(): SluiceError {
  return new SluiceError("CANCELLED", "the caller disconnected");
}
