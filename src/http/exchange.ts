// One request of the HTTP port as handlers see it, and the answers that they give.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { SearchRequest } from "../contract/search-request.js";
import { collectionName } from "../contract/validate.js";
import type { EngineApi } from "../engine/api.js";
import type { Handles } from "../mcp/handles.js";
import type { HttpLogger } from "./errors.js";
import type { Turn } from "./exchange-bounds.js";

/** What the handlers of all requests share. */
export interface HttpServices {
  readonly stalledStreamMs: number;
  /** Documents in flight per ingest stream. */
  readonly ingestInFlightMax: number;
  /** Search sessions that are open. */
  readonly sessions: Sessions;
  /** Of agents. */
  readonly mcp: McpSettings;
  /** The text of /metrics. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  isStopping(): boolean;
  /** Calls `end` when the server begins to stop; returns how to take that back. */
  onStop(end: () => void): () => void;
}

export interface McpSettings {
  /** Of the program. */
  readonly version: string;
  readonly handles: Handles;
}

/** Sessions of search as you type. */
export interface Sessions {
  /** Streams the updates of a session until it ends. Its first event has its id. */
  run(call: HttpCallContext): Promise<undefined>;
  /**
   * The next query. Throws SESSION_NOT_FOUND for an id that is not the caller's, and for a wrong
   * query, after which the session goes on.
   */
  receive(call: HttpCallContext, id: string, query: SessionQueryBody): void;
  /** The last query runs to its final update. */
  end(call: HttpCallContext, id: string): void;
}

export interface SessionQueryBody {
  readonly queryNumber: number;
  readonly search: Partial<SearchRequest> | undefined;
}

/** An admitted request, before its parameters and its body are read. */
export interface HttpCallContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What the caller may use of the engine. */
  readonly engine: EngineApi;
  readonly logger: HttpLogger;
  readonly turn: Turn;
  /** Aborts when the caller has left. */
  readonly signal: AbortSignal;
  readonly services: HttpServices;
  /** Of the path, by name. */
  readonly params: Readonly<Record<string, string>>;
  /** Method and path of the route, for the log. */
  readonly operation: string;
  /** Tells the caller, in a header of the answer, of a property that is ignored. */
  warnOfUnknown(name: string): void;
  /** The handler sends the answer itself from now on. */
  takeOver(): void;
}

export interface HttpExchange<Query, Body> extends HttpCallContext {
  readonly query: Query;
  readonly body: Body;
}

/** A complete answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** Absent without content. */
  readonly contentType?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export const jsonType = "application/json; charset=utf-8";

export function jsonAnswer(
  body: object,
  { status = 200, headers }: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): HttpAnswer {
  return { status, contentType: jsonType, text: `${JSON.stringify(body)}\n`, headers };
}

export const noContent: HttpAnswer = { status: 204, text: "" };

/** The value of a parameter of the path; the router has matched it. */
export function pathParameter({ params }: HttpCallContext, name: string): string {
  return params[name] ?? "";
}

/** Name of the collection in the path. Throws INVALID_FIELD. */
export function collectionOfPath(call: HttpCallContext): string {
  return collectionName(pathParameter(call, "collection"), "collection");
}

/** Whether the caller accepts event streams and prefers them to plain JSON. */
export function wantsEvents({ request }: HttpCallContext): boolean {
  return request.headers.accept?.includes("text/event-stream") === true;
}
