// A client for browsers and other places with fetch. It has no dependency.

import { serverEvents } from "./server-events.js";
import type { ExplanationJson, SearchRequestJson, SearchUpdateJson } from "./types.js";

/** Which server, and how to reach it. */
export interface BrowserClientOptions {
  /** Origin of the HTTP port; default: the page's own. */
  readonly baseUrl?: string;
  /** An API key or a token, sent as `authorization: Bearer`. */
  readonly key?: string;
  /** Defaults to the global fetch. */
  readonly fetch?: typeof fetch;
}

/** Options of every call; aborting `signal` ends the work on the server. */
export interface BrowserCallOptions {
  readonly signal?: AbortSignal;
}

/** Calls of the HTTP port. All throw SluiceHttpError, and what fetch throws. */
export interface BrowserClient {
  /**
   * Whole rankings that get better, as they come; the last one is final. Leaving the loop cancels
   * the search. Throws SluiceHttpError, and what fetch throws when the connection is lost.
   */
  search(
    request: SearchRequestJson,
    options?: BrowserCallOptions,
  ): AsyncGenerator<SearchUpdateJson, void, void>;
  /** How a passage gets its score, token by token. */
  explain(
    request: { readonly collection: string; readonly query: string; readonly key: string },
    options?: BrowserCallOptions,
  ): Promise<ExplanationJson>;
  /** Any other path of the port: its JSON. */
  json(method: string, path: string, body?: object, options?: BrowserCallOptions): Promise<unknown>;
  /** Any other path of the port: its answer as text. */
  text(path: string, options?: BrowserCallOptions): Promise<string>;
  /** Any other path of the port: the data of its events. */
  events(
    path: string,
    body: object,
    options?: BrowserCallOptions,
  ): AsyncGenerator<unknown, void, void>;
}

/** What the server answered instead: problem details by RFC 9457. */
export class SluiceHttpError extends Error {
  override readonly name = "SluiceHttpError";
  /** Stable, as in docs/reference/errors.md; OTHER when the answer is not Sluice's. */
  readonly reason: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly remedy: string | undefined;

  constructor(status: number, problem: Readonly<Record<string, unknown>>) {
    super(textOf(problem["detail"]) ?? `HTTP status ${status}`);
    this.status = status;
    this.reason = textOf(problem["reason"]) ?? "OTHER";
    this.retryable = problem["retryable"] === true;
    this.remedy = textOf(problem["remedy"]);
  }
}

/** The stream of a search has ended without a final update. */
export class StreamCutError extends Error {
  override readonly name = "StreamCutError";
}

/** A client of the HTTP port. It keeps no connection and nothing has to be closed. */
export function createBrowserClient(options: BrowserClientOptions = {}): BrowserClient {
  const { baseUrl = "", key } = options;
  const call = async (
    method: string,
    path: string,
    accept: string,
    { body, signal }: { readonly body?: object | undefined; readonly signal?: AbortSignal },
  ): Promise<Response> => {
    const headers: Record<string, string> = { accept };
    if (key !== undefined) headers["authorization"] = `Bearer ${key}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const init: RequestInit = { method, headers, signal: signal ?? null };
    if (body !== undefined) init.body = JSON.stringify(body);
    const response = await (options.fetch ?? fetch)(`${baseUrl}${path}`, init);
    if (!response.ok) throw new SluiceHttpError(response.status, await problemOf(response));
    return response;
  };
  async function* events(
    path: string,
    body: object,
    { signal }: BrowserCallOptions = {},
  ): AsyncGenerator<unknown, void, void> {
    const response = await call("POST", path, "text/event-stream", about(body, signal));
    if (response.body === null) return;
    for await (const { event, data } of serverEvents(response.body)) {
      const value: unknown = JSON.parse(data);
      if (event === "error") throw new SluiceHttpError(response.status, asRecord(value));
      yield value;
    }
  }
  const json = async (
    method: string,
    path: string,
    body?: object,
    { signal }: BrowserCallOptions = {},
  ): Promise<unknown> => (await call(method, path, "application/json", about(body, signal))).json();
  return {
    events,
    json,
    text: async (path, { signal } = {}) =>
      (await call("GET", path, "text/plain", about(undefined, signal))).text(),
    async *search({ collection, ...request }, callOptions) {
      let isFinal = false;
      for await (const value of events(pathOf(collection, "search"), request, callOptions)) {
        const update = value as SearchUpdateJson;
        isFinal = update.final;
        yield update;
      }
      if (!isFinal) throw new StreamCutError("the search ended before its final update");
    },
    explain: async ({ collection, ...request }, callOptions) =>
      (await json("POST", pathOf(collection, "explain"), request, callOptions)) as ExplanationJson,
  };
}

function pathOf(collection: string, verb: string): string {
  return `/v1/collections/${encodeURIComponent(collection)}:${verb}`;
}

function about(
  body: object | undefined,
  signal: AbortSignal | undefined,
): { readonly body?: object | undefined; readonly signal?: AbortSignal } {
  return signal === undefined ? { body } : { body, signal };
}

async function problemOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  try {
    return asRecord(await response.json());
  } catch {
    return {};
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
