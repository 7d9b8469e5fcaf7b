// Runs one search and sends its updates, at the reader's pace, until the final one.

import { assert } from "../core/assert.js";
import type { SearchRequest } from "./request.js";
import { createUpdateOutlet, withPayloadInEveryUpdate } from "./update-outlet.js";
import type { SendUpdate } from "./update-outlet.js";
import type { SearchUpdate } from "./update.js";

export interface SearchOptions {
  /** The caller's cancel. */
  readonly signal: AbortSignal;
  /** Milliseconds to the caller's deadline; undefined: none. */
  readonly deadlineMs?: number | undefined;
  /** Whose search it is: clients take turns when searches wait; undefined: nobody's in particular. */
  readonly client?: string | undefined;
}

/** The part of the engine that is needed here. */
export interface Searches {
  search(request: SearchRequest, options: SearchOptions): AsyncGenerator<SearchUpdate, void, void>;
}

/**
 * Resolves when the final update was taken by the transport, or early when `signal` aborts. A slow
 * reader never pauses the engine. Throws what the engine throws, and DEADLINE_EXCEEDED for a reader
 * that takes nothing for `stallMs`.
 */
export async function streamSearch(
  engine: Searches,
  request: SearchRequest,
  options: SearchOptions & {
    readonly stallMs: number;
    readonly send: SendUpdate;
  },
): Promise<void> {
  const { signal, deadlineMs, client, stallMs, send } = options;
  const outlet = createUpdateOutlet({ send, stallMs, payloadMode: request.payload.mode });
  try {
    let isFinal = false;
    const updates = engine.search(withPayloadInEveryUpdate(request), {
      signal,
      deadlineMs,
      client,
    });
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
