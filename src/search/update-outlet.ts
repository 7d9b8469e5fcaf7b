// The last step of a search stream: numbers updates, and keeps at most one of them for a reader
// that is slower than the search. Both the gRPC and the HTTP edge send through it.

import { assert } from "../core/assert.js";
import { SluiceError } from "../core/errors.js";
import type { SearchRequest } from "./request.js";
import { rankingPrint } from "./update.js";
import type { SearchHit, SearchUpdate } from "./update.js";

/** Sends one update; calls back once the transport has taken it, or with the error that ended it. */
export type SendUpdate = (update: SearchUpdate, done: (error?: Error | null) => void) => void;

export interface UpdateOutlet {
  /** Sends now, or as soon as the reader has room; replaces an update that still waits. */
  offer(update: SearchUpdate): void;
  /** Resolves when the final update was taken; rejects when the transport fails or stalls. */
  finished(): Promise<void>;
  /** Drops what waits and stops the clock; for streams that end early. */
  close(): void;
}

/**
 * Memory: one update on its way and one waiting, whatever the reader does; with
 * `on_first_appearance` also the keys whose payload was sent. `stallMs`: a reader that takes
 * nothing for that long ends the stream with DEADLINE_EXCEEDED.
 */
export function createUpdateOutlet(options: {
  readonly send: SendUpdate;
  readonly payloadMode: SearchRequest["payload"]["mode"];
  readonly stallMs: number;
}): UpdateOutlet {
  let waiting: SearchUpdate | undefined;
  let isSending = false;
  let isClosed = false;
  let sequence = 0;
  let sentPrint: string | undefined;
  let stallTimer: NodeJS.Timeout | undefined;
  const sentKeys = new Set<string>();
  let resolveFinished: () => void;
  let rejectFinished: (error: unknown) => void;
  const finished = new Promise<void>((resolve, reject) => {
    resolveFinished = resolve;
    rejectFinished = reject;
  });
  // Whoever closes early does not wait for the end; a failure then has no other listener.
  finished.catch(() => undefined);

  const close = (): void => {
    isClosed = true;
    waiting = undefined;
    clearTimeout(stallTimer);
  };
  const fail = (error: unknown): void => {
    if (isClosed) return;
    close();
    rejectFinished(error);
  };
  /** False for what would not change the ranking that the reader has: others were dropped. */
  const hasNews = (update: SearchUpdate): boolean =>
    update.final || rankingPrint(update.hits) !== sentPrint;
  const send = (update: SearchUpdate): void => {
    sequence += 1;
    sentPrint = rankingPrint(update.hits);
    isSending = true;
    stallTimer = setTimeout(() => {
      const message = `the reader took nothing for ${options.stallMs} ms; read the stream as it comes`;
      fail(new SluiceError("DEADLINE_EXCEEDED", message));
    }, options.stallMs);
    const hits =
      options.payloadMode === "on_first_appearance"
        ? withoutSentPayloads(update.hits, sentKeys)
        : update.hits;
    options.send({ ...update, sequence, hits }, (error) => {
      clearTimeout(stallTimer);
      isSending = false;
      if (error) {
        fail(error);
        return;
      }
      if (isClosed) return;
      if (update.final) {
        close();
        resolveFinished();
        return;
      }
      if (waiting === undefined) return;
      const next = waiting;
      waiting = undefined;
      if (hasNews(next)) send(next);
    });
  };
  return {
    offer: (update) => {
      assert(waiting?.final !== true, "nothing follows the final update");
      if (isClosed) return;
      if (isSending) waiting = update;
      else if (hasNews(update)) send(update);
    },
    finished: () => finished,
    close,
  };
}

/**
 * The engine sends payloads with every update, since only here is it known which updates reach
 * the reader: a payload in a dropped update would be lost.
 */
function withoutSentPayloads(hits: readonly SearchHit[], sentKeys: Set<string>): SearchHit[] {
  return hits.map((hit) => {
    if (!sentKeys.has(hit.key)) {
      sentKeys.add(hit.key);
      return hit;
    }
    return { ...hit, payload: undefined };
  });
}

/** The request as the engine gets it: see `withoutSentPayloads`. */
export function withPayloadInEveryUpdate(request: SearchRequest): SearchRequest {
  return { ...request, payload: { ...request.payload, mode: "every_update" } };
}
