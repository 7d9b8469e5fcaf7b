// From a stream of updates to a transport, at the reader's pace. Both the gRPC and the HTTP edge
// send through it.

import { assert } from "../core/assert.js";
import { SluiceError } from "../core/errors.js";

/**
 * Sends one update; calls back once the transport has taken it, or with the error that ended it.
 */
export type SendUpdate<Update> = (update: Update, done: (error?: Error | null) => void) => void;

/** How updates reach their reader. */
export interface SendOptions<Update> {
  /** The caller's cancel. */
  readonly signal: AbortSignal;
  readonly stallMs: number;
  readonly send: SendUpdate<Update>;
}

/**
 * Asks for the next update when the transport has taken the last one. Resolves when it has taken
 * the final one, or early when `signal` aborts. Throws what the stream throws, and
 * DEADLINE_EXCEEDED for a reader that takes nothing for `stallMs`.
 */
export async function sendUpdates<Update extends { readonly final: boolean }>(
  updates: AsyncGenerator<Update, void, void>,
  options: SendOptions<Update>,
): Promise<void> {
  const { signal } = options;
  let final: Update | undefined;
  for await (const update of updates) {
    // Leaving the loop returns the generator, which releases the resources of the search.
    if (update.final) {
      final = update;
      break;
    }
    if (!signal.aborted) await taken(update, options);
    if (signal.aborted) return;
  }
  if (signal.aborted) return;
  assert(final !== undefined, "the engine ends a search with a final update");
  await taken(final, options);
}

/** As `sendUpdates`, for a stream whose last item is one like the others. */
export async function sendAll<Item>(
  items: AsyncGenerator<Item, void, void>,
  options: SendOptions<Item>,
): Promise<void> {
  for await (const item of items) {
    if (!options.signal.aborted) await taken(item, options);
    if (options.signal.aborted) return;
  }
}

/** Resolves once the transport has taken the update, or `signal` aborts. */
async function taken<Update>(
  update: Update,
  { signal, stallMs, send }: SendOptions<Update>,
): Promise<void> {
  let stop = (): void => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => resolve();
      const timer = setTimeout(() => {
        const message = `the reader took nothing for ${stallMs} ms; read the stream as it comes`;
        reject(new SluiceError("DEADLINE_EXCEEDED", message));
      }, stallMs);
      stop = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", leave);
      };
      signal.addEventListener("abort", leave, { once: true });
      send(update, (error) => (error ? reject(error) : resolve()));
    });
  } finally {
    stop();
  }
}
