// Connections of the HTTP port; closes them when the server stops.

import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { within } from "../net/within.js";
import { stoppingError } from "../service/stopping.js";
import { toHttpFailure } from "./errors.js";
import type { HttpLogger } from "./errors.js";
import { sendFailure } from "./responses.js";

export interface OpenAnswers {
  readonly isStopping: boolean;
  /** Call for each request, before anything is sent. */
  add(response: ServerResponse): void;
  /**
   * Stops accepting connections, closes idle ones at once, waits up to `graceMs` or until `hurry`
   * aborts for responses in flight, then ends those with an error.
   */
  stop(graceMs: number, hurry?: AbortSignal): Promise<void>;
}

/** Time for the last errors to reach their clients, milliseconds. */
const lastAnswerMs = 1_000;

export function createOpenAnswers(server: Server, logger: HttpLogger): OpenAnswers {
  const sockets = new Set<Socket>();
  const answers = new Set<ServerResponse>();
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  };
  server.on("connection", track);
  // With TLS, responses use a different socket object than the connection.
  server.on("secureConnection", track);
  let isStopping = false;
  const closeIdle = (): void => {
    const busy = new Set(Array.from(answers, ({ req }) => req.socket));
    const isTls = [...busy].some((socket) => "encrypted" in socket);
    // The connection beneath an encrypted one closes with it.
    for (const socket of sockets)
      if (!busy.has(socket) && (!isTls || "encrypted" in socket)) socket.destroy();
  };
  return {
    get isStopping() {
      return isStopping;
    },
    add(response) {
      answers.add(response);
      if (isStopping) response.setHeader("connection", "close");
      response.on("close", () => answers.delete(response));
    },
    async stop(graceMs, hurry) {
      isStopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const response of answers)
        if (!response.headersSent) response.setHeader("connection", "close");
        // The current stream is the last on its connection.
        else response.on("finish", () => response.req.socket.end());
      closeIdle();
      await within(closed, graceMs, hurry);
      for (const response of answers) cutOff(response, logger);
      await within(closed, lastAnswerMs);
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function cutOff(response: ServerResponse, logger: HttpLogger): void {
  const failure = toHttpFailure(stoppingError(), logger);
  if (!response.headersSent) sendFailure(response, failure);
  else if (String(response.getHeader("content-type")).startsWith("text/event-stream"))
    response.end(`event: error\ndata: ${JSON.stringify(failure.body)}\n\n`);
  else response.destroy();
}
