// /v1/search: the update stream as Server-Sent Events, or its final update as one JSON answer.

import type { IncomingMessage, ServerResponse } from "node:http";
import { limits } from "../core/limits.js";
import type { SearchRequest } from "../contract/search-request.js";
import { searchUpdateFields } from "../contract/search-update.js";
import type { SearchUpdate } from "../contract/search-update.js";
import type { EngineApi } from "../engine/api.js";
import { sendUpdates } from "../search/send-updates.js";
import { toHttpFailure } from "./errors.js";
import type { HttpLogger } from "./errors.js";
import { boundsOf } from "./exchange-bounds.js";
import type { Turn } from "./exchange-bounds.js";
import { readBody } from "./requests.js";
import { sendFailure, sendJson } from "./responses.js";
import { searchRequestFromJson, searchRequestFromQuery } from "./search-body.js";
import { toJson } from "./field-json.js";

const bodyLimits = { bytesMax: limits.searchBodyBytesMax, valuesMax: limits.searchBodyValuesMax };

export interface SearchHandlerContext {
  readonly engine: EngineApi;
  readonly logger: HttpLogger;
  readonly stalledStreamMs: number;
  readonly turn: Turn;
}

export async function handleSearch(
  context: SearchHandlerContext,
  exchange: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly url: URL;
  },
): Promise<void> {
  const { request, response, url } = exchange;
  const controller = new AbortController();
  response.on("close", () => controller.abort());
  try {
    const search =
      request.method === "GET"
        ? searchRequestFromQuery(url.searchParams)
        : searchRequestFromJson(await readBody(request, bodyLimits));
    const isSingle = wantsOneAnswer(request.headers.accept);
    await run(context, search, response, { signal: controller.signal, isSingle });
  } catch (error) {
    if (controller.signal.aborted) return;
    const failure = toHttpFailure(error, context.logger);
    if (!response.headersSent) {
      sendFailure(response, failure);
      return;
    }
    // The status line was already sent, so an event carries the error.
    response.end(`event: error\ndata: ${JSON.stringify(failure.body)}\n\n`);
  }
}

async function run(
  context: SearchHandlerContext,
  search: SearchRequest,
  response: ServerResponse,
  { signal, isSingle }: { readonly signal: AbortSignal; readonly isSingle: boolean },
): Promise<void> {
  const { req: request } = response;
  const sendOne = (update: SearchUpdate, done: (error?: Error | null) => void): void => {
    if (update.final) sendJson(response, 200, toJson(searchUpdateFields, update));
    done();
  };
  const sendEvent = (update: SearchUpdate, done: (error?: Error | null) => void): void => {
    if (!response.headersSent) beginEvents(response);
    const text = eventOf(update);
    const taken = boundsOf(request).sent(text.length);
    response.write(text, (error) => {
      taken();
      done(error);
    });
  };
  await sendUpdates(context.engine.search(search, { ...context.turn, signal }), {
    signal,
    stallMs: context.stalledStreamMs,
    send: isSingle ? sendOne : sendEvent,
  });
  if (!response.writableEnded) response.end();
}

function beginEvents(response: ServerResponse): void {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    // Disables buffering in proxies, which would delay the first updates.
    "x-accel-buffering": "no",
  });
}

function eventOf(update: SearchUpdate): string {
  const name = update.final ? "final" : "update";
  const data = JSON.stringify(toJson(searchUpdateFields, update));
  return `id: ${update.sequence}\nevent: ${name}\ndata: ${data}\n\n`;
}

/** True for callers that accept JSON but not event streams. */
function wantsOneAnswer(accept: string | undefined): boolean {
  if (accept === undefined || accept.includes("text/event-stream")) return false;
  return accept.includes("application/json");
}
