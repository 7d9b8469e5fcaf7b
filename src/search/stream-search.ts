// Runs one search and sends its updates, at the reader's pace, until the final one.

import { assert } from "../core/assert.js";
import type { ReaderRoom } from "../core/unread-answers.js";
import type { SearchRequest } from "../contract/search-request.js";
import type { SearchUpdate } from "../contract/search-update.js";
import { createUpdateOutlet, searchUpdates, withPayloadInEveryUpdate } from "./update-outlet.js";
import type { OutletUpdate, SendUpdate, UpdateKind } from "./update-outlet.js";

export interface SearchOptions {
  /** The caller's cancel. */
  readonly signal: AbortSignal;
  /** Milliseconds to the caller's deadline; undefined: none. */
  readonly deadlineMs?: number | undefined;
  /**
   * Whose search it is: when searches wait, peers take turns, and the clients of each peer do. A peer
   * is an address, a client the name that a caller gives himself; undefined: nobody's in particular.
   */
  readonly peer?: string | undefined;
  readonly client?: string | undefined;
  /** Whether the caller takes what he is sent; undefined: it is not known. */
  readonly reader?: ReaderRoom | undefined;
}

/** The part of the engine that is needed here. */
export interface Searches {
  search(request: SearchRequest, options: SearchOptions): AsyncGenerator<SearchUpdate, void, void>;
}

/** How updates reach their reader. */
export interface StreamOptions<Update> {
  /** The caller's cancel. */
  readonly signal: AbortSignal;
  readonly stallMs: number;
  readonly send: SendUpdate<Update>;
}

/** The updates of one search; see `streamUpdates`. */
export function streamSearch(
  engine: Searches,
  request: SearchRequest,
  options: SearchOptions & StreamOptions<SearchUpdate>,
): Promise<void> {
  const { signal, deadlineMs, peer, client, reader } = options;
  const asked = withPayloadInEveryUpdate(request);
  const updates = engine.search(asked, { signal, deadlineMs, peer, client, reader });
  return streamUpdates(updates, { ...options, kind: searchUpdates(request.payload.mode) });
}

/**
 * Resolves when the final update was taken by the transport, or early when `signal` aborts. A slow
 * reader never pauses the engine. Throws what the engine throws, and DEADLINE_EXCEEDED for a reader
 * that takes nothing for `stallMs`.
 */
export async function streamUpdates<Update extends OutletUpdate>(
  updates: AsyncGenerator<Update, void, void>,
  options: StreamOptions<Update> & { readonly kind: UpdateKind<Update> },
): Promise<void> {
  const { signal } = options;
  const outlet = createUpdateOutlet(options);
  try {
    let isFinal = false;
    for await (const update of updates) {
      // Leaving the loop returns the generator, which lets go of what the search holds.
      if (signal.aborted) return;
      outlet.offer(update);
      isFinal = update.final;
      if (isFinal) break;
    }
    if (signal.aborted) return;
    assert(isFinal, "the engine ends a search with a final update");
    await Promise.race([outlet.finished(), aborted(signal)]);
  } finally {
    outlet.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
