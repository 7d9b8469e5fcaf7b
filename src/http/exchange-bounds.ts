// Memory limits of one HTTP exchange: its body counts against the budget of requests, its answer
// waits for the reader.

import type { IncomingMessage, ServerResponse } from "node:http";
import { present } from "../core/assert.js";
import type { ByteHold } from "../core/byte-budget.js";
import type { Traffic } from "../core/traffic.js";
import type { ReaderRoom } from "../core/unread-answers.js";
import type { SearchCall } from "../engine/api.js";

export interface ExchangeBounds {
  /** Of the body; given back when the exchange is over. */
  readonly hold: ByteHold;
  /** The address that the request comes from. */
  readonly peer: string;
  readonly reader: ReaderRoom;
  /** Bytes that are written now; call what it returns once the socket has taken them. */
  sent(byteCount: number): () => void;
}

/** Whose turn it is, and whether he reads. */
export type Turn = Pick<SearchCall, "client" | "peer" | "reader">;

const ofRequests = new WeakMap<IncomingMessage, ExchangeBounds>();

/** To be called once for each exchange; an answer that is not taken in `stallMs` ends it. */
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
