// Search sessions over HTTP: a stream of events, and requests that belong to it.

import { randomUUID } from "node:crypto";
import { searchUpdateFields } from "../contract/search-update.js";
import { SluiceError } from "../core/errors.js";
import { QuerySession } from "../service/query-session.js";
import { streamEvents } from "./events.js";
import type { HttpCallContext, Sessions } from "./exchange.js";
import { toJson } from "../contract/to-json.js";

interface OpenSession {
  readonly session: QuerySession;
  /** Who opened it; nobody else may use it. */
  readonly peer: string;
}

export function createSessions(): Sessions {
  const open = new Map<string, OpenSession>();
  const find = ({ turn }: HttpCallContext, id: string): QuerySession => {
    const found = open.get(id);
    if (found !== undefined && found.peer === turn.peer) return found.session;
    throw new SluiceError("SESSION_NOT_FOUND", `there is no session "${id.slice(0, 64)}"`, {
      field: "session",
    });
  };
  return {
    run: (call) =>
      streamEvents(call, async (send) => {
        const { engine, turn, signal, services } = call;
        const id = randomUUID();
        const session = new QuerySession({
          engine,
          caller: turn,
          remainingMs: () => undefined,
          stalledStreamMs: services.stalledStreamMs,
          write: (queryNumber, update, done) => {
            const data = {
              query_number: queryNumber,
              update: toJson(searchUpdateFields, update),
            };
            const name = `${queryNumber}.${update.sequence}`;
            send({ id: name, event: update.final ? "final" : "update", data }, done);
          },
        });
        const release = services.onStop(() => session.endWhenIdle());
        signal.addEventListener("abort", () => session.stop(undefined), { once: true });
        open.set(id, { session, peer: turn.peer ?? "" });
        send({ event: "session", data: { session: id } }, () => undefined);
        try {
          await session.settling.finished;
        } finally {
          open.delete(id);
          release();
        }
      }),
    receive(call, id, { queryNumber, search }) {
      find(call, id).receive(queryNumber, search, call.engine);
    },
    end: (call, id) => find(call, id).endOfRequests(),
  };
}
