// Asks a model hub: with time limits, retries and errors that say what to do.

import { setTimeout as sleep } from "node:timers/promises";
import { SluiceError } from "../core/errors.js";

export interface HubOptions {
  /** `https://huggingface.co`, or a mirror of it. */
  readonly baseUrl: string;
  /** Sent to `baseUrl` alone; never told. */
  readonly token: string | undefined;
  readonly signal: AbortSignal;
  /** Milliseconds without a byte after which a request is given up and repeated. */
  readonly stallMs: number;
  /** Milliseconds of the first pause between attempts; each further one is twice as long. */
  readonly firstPauseMs: number;
}

export const hubDefaults = {
  baseUrl: "https://huggingface.co",
  stallMs: 30_000,
  firstPauseMs: 500,
} as const;

/** Attempts without a byte of progress between them. */
export const attemptsMax = 6;
/** Longest pause that a server may ask for, milliseconds. */
const retryAfterMsMax = 60_000;

/** A failure that another attempt may mend. */
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
 * Repeats `attempt` after failures that may pass, with growing pauses. `hasProgressed` is asked after
 * each failure: progress makes the count begin anew. Throws DOWNLOAD_FAILED after the last one.
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

/** A response with a good status. Throws PassingFailure, or DOWNLOAD_FAILED for what will not pass. */
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
      `${baseUrl} cannot be reached (${causeOf(cause)}); without a network, bring the folder here and use sluice model add`,
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
  401: ": there is no such model, or it asks for a token; set HF_TOKEN",
  403: ": the token does not open it; accept its terms on the hub",
  404: ": there is no such model, revision or file",
};

function retryAfterMs({ headers }: Response): number | undefined {
  const seconds = Number(headers.get("retry-after") ?? NaN);
  return seconds >= 0 ? Math.min(1000 * seconds, retryAfterMsMax) : undefined;
}

/** `ECONNREFUSED`, `ENOTFOUND` or whatever lies at the bottom. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause !== undefined) return causeOf(cause);
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? code : error.message;
}
