// Answers as Server-Sent Events: https://html.spec.whatwg.org/multipage/server-sent-events.html

import { toHttpFailure } from "./errors.js";
import type { HttpCallContext } from "./exchange.js";
import { writeCounted } from "./exchange-bounds.js";

export interface ServerEvent {
  readonly event: string;
  readonly id?: string | number | undefined;
  readonly data: object;
}

export interface EventWriter {
  /** Calls back when the transport has accepted the event. */
  send(event: ServerEvent, done: (error?: Error | null) => void): void;
  /** Ends the stream with an event `error`. */
  fail(error: unknown): void;
}

/** Time without events after which a comment keeps intermediaries from closing the connection. */
const idleMs = 15_000;

/** Sends the headers. The stream ends with the response. */
function beginEvents(call: HttpCallContext): EventWriter {
  const { response, logger } = call;
  call.takeOver();
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    // Disables buffering in proxies, which would delay the first updates.
    "x-accel-buffering": "no",
  });
  response.flushHeaders();
  let idle = setInterval(() => {
    // A stream that has ended is open until its reader has taken everything.
    if (!response.writableEnded) response.write(": idle\n\n");
  }, idleMs);
  response.once("close", () => clearInterval(idle));
  return {
    send(event, done) {
      idle = idle.refresh();
      const text = toText(event);
      writeCounted(response, text, done);
    },
    fail(error) {
      if (response.writableEnded || response.destroyed) return;
      const { body } = toHttpFailure(error, logger);
      response.end(toText({ event: "error", data: body }));
    },
  };
}

function toText({ event, id, data }: ServerEvent): string {
  const name = id === undefined ? "" : `id: ${id}\n`;
  return `${name}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * Runs `send` with a writer that begins the stream with its first event. An error before that
 * rejects, so that it gets a status of its own; a later one becomes an event.
 */
export async function streamEvents(
  call: HttpCallContext,
  send: (write: EventWriter["send"]) => Promise<void>,
): Promise<undefined> {
  let writer: EventWriter | undefined;
  try {
    await send((event, done) => (writer ??= beginEvents(call)).send(event, done));
  } catch (error) {
    if (call.signal.aborted) return;
    if (writer === undefined) throw error;
    writer.fail(error);
  }
  if (!call.response.writableEnded) call.response.end();
}

/**
 * Whether a browser connects again after its stream has ended or broken. It must get no content,
 * which tells it to stop: a search cannot be resumed.
 */
export function isReconnect({ request }: HttpCallContext): boolean {
  return request.headers["last-event-id"] !== undefined;
}
