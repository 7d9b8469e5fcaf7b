// Memory limits of one HTTP exchange: the body counts against the request budget, and the response
// respects backpressure.

import type { IncomingMessage, ServerResponse } from "node:http";
import { present } from "../core/assert.js";
import { SluiceError } from "../core/errors.js";
import type { ByteHold } from "../core/byte-budget.js";
import type { Traffic } from "../core/traffic.js";
import type { ReaderRoom } from "../core/unread-answers.js";
import type { SearchCall } from "../engine/api.js";

export interface ExchangeBounds {
  /** Bytes of the body, released when the exchange ends. */
  readonly hold: ByteHold;
  /** Address of the client. */
  readonly peer: string;
  readonly reader: ReaderRoom;
  /** Counts bytes being written. Call the returned function when the socket has accepted them. */
  sent(byteCount: number): () => void;
}

/** Identity of the caller for fair scheduling, flow control of its stream, ids and span of its call. */
export type Turn = Pick<
  SearchCall,
  "client" | "peer" | "reader" | "requestId" | "traceId" | "span"
>;

/** Writes a part of a stream, counted until the transport has accepted it. */
export function writeCounted(
  response: ServerResponse,
  text: string,
  done: (error?: Error | null) => void,
): void {
  const taken = boundsOf(response.req).sent(text.length);
  response.write(text, (error) => {
    taken();
    // Node tells it here before the response is closed.
    done(error && new SluiceError("CANCELLED", "the caller has left", { cause: error }));
  });
}

const ofRequests = new WeakMap<IncomingMessage, ExchangeBounds>();

/** Call once per exchange. A response that makes no progress for `stallMs` is terminated. */
export function boundExchange(
  traffic: Traffic,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  stallMs: number,
): void {
  const { socket } = request;
  const peer = socket.remoteAddress ?? "";
  const connection = `${peer} ${socket.remotePort}`;
  const close = (): void => void socket.destroy();
  const hold = traffic.budget.open(peer);
  const answer = traffic.answers.open(connection, close);
  let unreadCount = 0;
  let timer: NodeJS.Timeout | undefined;
  const restartTimer = (): void => {
    clearTimeout(timer);
    if (unreadCount > 0) timer = setTimeout(close, stallMs);
  };
  response.once("close", () => {
    clearTimeout(timer);
    hold.release();
    answer.end();
  });
  ofRequests.set(request, {
    hold,
    peer,
    reader: traffic.answers.room(connection),
    sent(byteCount) {
      const taken = answer.add(byteCount);
      unreadCount += 1;
      restartTimer();
      return () => {
        taken();
        unreadCount -= 1;
        restartTimer();
      };
    },
  });
}

export function boundsOf(request: IncomingMessage): ExchangeBounds {
  return present(ofRequests.get(request), "every exchange has its bounds");
}
