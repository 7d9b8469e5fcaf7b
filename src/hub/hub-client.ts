// HTTP client of model hubs, with time limits, retries and actionable errors.

import { setTimeout as sleep } from "node:timers/promises";
import { SluiceError } from "../core/errors.js";

export interface HubOptions {
  /** `https://huggingface.co`, or a mirror of it. */
  readonly baseUrl: string;
  /** Sent only to `baseUrl`, and never logged. */
  readonly token: string | undefined;
  readonly signal: AbortSignal;
  /** Milliseconds without data after which a request is aborted and retried. */
  readonly stallMs: number;
  /** First delay between attempts, milliseconds; doubled for each further one. */
  readonly firstPauseMs: number;
}

export const hubDefaults = {
  baseUrl: "https://huggingface.co",
  stallMs: 30_000,
  firstPauseMs: 500,
} as const;

/** Attempts without progress in between. */
export const attemptsMax = 6;
/** Longest Retry-After that is honoured, milliseconds. */
const retryAfterMsMax = 60_000;

/** A failure after which a retry may succeed. */
export class PassingFailure extends Error {
  readonly afterMs: number | undefined;
  constructor(message: string, afterMs?: number) {
    super(message);
    this.afterMs = afterMs;
  }
}

export function downloadFailed(message: string, cause?: unknown): SluiceError {
  return new SluiceError("DOWNLOAD_FAILED", message, { cause });
}

/**
 * Retries `attempt` after transient failures with exponential backoff. When `hasProgressed` returns
 * true after a failure, the count of attempts restarts. Throws DOWNLOAD_FAILED after the last
 * attempt.
 */
export async function persistently<T>(
  attempt: () => Promise<T>,
  { firstPauseMs, signal }: HubOptions,
  hasProgressed: () => boolean = () => false,
): Promise<T> {
  for (let failures = 0; ;) {
    try {
      signal.throwIfAborted();
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof PassingFailure)) throw error;
      failures = hasProgressed() ? 1 : failures + 1;
      if (failures >= attemptsMax) throw downloadFailed(error.message, error);
      await sleep(error.afterMs ?? firstPauseMs * 2 ** (failures - 1), undefined, { signal });
    }
  }
}

/**
 * A successful response. Throws PassingFailure for transient failures, otherwise DOWNLOAD_FAILED.
 */
export async function ask(
  path: string,
  { baseUrl, token, signal }: HubOptions,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const url = `${baseUrl.replace(/\/+$/, "")}${path}`;
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      signal,
    });
  } catch (cause) {
    throw new PassingFailure(
      `${baseUrl} cannot be reached (${causeOf(cause)}); without a network, copy the folder to this machine and use sluice model add`,
    );
  }
  const { status } = response;
  if (response.ok) return response;
  await response.body?.cancel().catch(() => undefined);
  if (status === 429 || status >= 500)
    throw new PassingFailure(`${url} answered ${status}`, retryAfterMs(response));
  throw downloadFailed(`${url} answered ${status}${hints[status] ?? ""}`);
}

const hints: Readonly<Record<number, string>> = {
  401: ": there is no such model, or it requires a token; set HF_TOKEN",
  403: ": the token has no access; accept the model's terms on the hub",
  404: ": there is no such model, revision or file",
};

function retryAfterMs({ headers }: Response): number | undefined {
  const seconds = Number(headers.get("retry-after") ?? NaN);
  return seconds >= 0 ? Math.min(1000 * seconds, retryAfterMsMax) : undefined;
}

/** `ECONNREFUSED`, `ENOTFOUND` or another root cause. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause !== undefined) return causeOf(cause);
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? code : error.message;
}
