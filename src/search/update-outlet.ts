// The last step of a search stream: numbers updates, and keeps at most one of them for a reader
// that is slower than the search. Both the gRPC and the HTTP edge send through it.

import { assert } from "../core/assert.js";
import { SluiceError } from "../core/errors.js";
import type { SearchRequest } from "../contract/search-request.js";
import type { SearchHit, SearchUpdate } from "../contract/search-update.js";
import { rankingPrint } from "./update.js";

/** Sends one update; calls back once the transport has taken it, or with the error that ended it. */
export type SendUpdate<Update> = (update: Update, done: (error?: Error | null) => void) => void;

/** What the outlet looks at; streams of other rankings have it, too. */
export interface OutletUpdate {
  readonly sequence: number;
  readonly final: boolean;
}

/** Of one kind of updates. */
export interface UpdateKind<Update> {
  /** What a reader sees change, as text: what changes nothing is not sent. */
  print(update: Update): string;
  /** The update as it goes out, once it is its turn. */
  shape(update: Update): Update;
}

export interface UpdateOutlet<Update> {
  /** Sends now, or as soon as the reader has room; replaces an update that still waits. */
  offer(update: Update): void;
  /** Resolves when the final update was taken; rejects when the transport fails or stalls. */
  finished(): Promise<void>;
  /** Drops what waits and stops the clock; for streams that end early. */
  close(): void;
}

/**
 * Memory: one update on its way and one waiting, whatever the reader does, and what `kind` keeps.
 * `stallMs`: a reader that takes nothing for that long ends the stream with DEADLINE_EXCEEDED.
 */
export function createUpdateOutlet<Update extends OutletUpdate>(options: {
  readonly send: SendUpdate<Update>;
  readonly kind: UpdateKind<Update>;
  readonly stallMs: number;
}): UpdateOutlet<Update> {
  const { kind } = options;
  let waiting: Update | undefined;
  let isSending = false;
  let isClosed = false;
  let sequence = 0;
  let sentPrint: string | undefined;
  let stallTimer: NodeJS.Timeout | undefined;
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
  const hasNews = (update: Update): boolean => update.final || kind.print(update) !== sentPrint;
  const send = (update: Update): void => {
    sequence += 1;
    sentPrint = kind.print(update);
    isSending = true;
    stallTimer = setTimeout(() => {
      const message = `the reader took nothing for ${options.stallMs} ms; read the stream as it comes`;
      fail(new SluiceError("DEADLINE_EXCEEDED", message));
    }, options.stallMs);
    options.send({ ...kind.shape(update), sequence }, (error) => {
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
 * Updates of a search. The engine sends payloads with every update, since only here is it known
 * which updates reach the reader: a payload in a dropped update would be lost. With
 * `on_first_appearance` the keys are kept whose payload was sent.
 */
export function searchUpdates(
  payloadMode: SearchRequest["payload"]["mode"],
): UpdateKind<SearchUpdate> {
  const sentKeys = new Set<string>();
  return {
    print: ({ hits }) => rankingPrint(hits),
    shape: (update) =>
      payloadMode === "on_first_appearance"
        ? { ...update, hits: withoutSentPayloads(update.hits, sentKeys) }
        : update,
  };
}

function withoutSentPayloads(hits: readonly SearchHit[], sentKeys: Set<string>): SearchHit[] {
  return hits.map((hit) => {
    if (!sentKeys.has(hit.key)) {
      sentKeys.add(hit.key);
      return hit;
    }
    return { ...hit, payload: undefined };
  });
}

/** The request as the engine gets it: see `searchUpdates`. */
export function withPayloadInEveryUpdate(request: SearchRequest): SearchRequest {
  return { ...request, payload: { ...request.payload, mode: "every_update" } };
}
