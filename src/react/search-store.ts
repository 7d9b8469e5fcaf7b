// The search of a component as a store: a newer request supersedes the one before.

import type { BrowserClient } from "../browser/client.js";
import type { SearchHitJson, SearchRequestJson, SearchUpdateJson } from "../browser/types.js";

/** What a component shows. A new object whenever something has changed. */
export interface SluiceSearchView {
  /**
   * `idle` without a request; `searching` until the final update; then `done`. `failed`: see
   * `error`, and `update` keeps what had arrived.
   */
  readonly status: "idle" | "searching" | "done" | "failed";
  /**
   * The newest ranking. Until the first update of a request, it is that of the request before, so
   * that the page does not flicker.
   */
  readonly update: SearchUpdateJson | undefined;
  /**
   * Hits of `update`. Those that are settled stay the same objects in later updates of the request,
   * so a memoized row is rendered once.
   */
  readonly hits: readonly SearchHitJson[];
  /** That many leading hits will not change any more. */
  readonly settledCount: number;
  /** Whether `update` belongs to an earlier request. */
  readonly isStale: boolean;
  /** SluiceHttpError, StreamCutError, or what fetch throws when the connection is lost. */
  readonly error: unknown;
}

export interface SearchStore {
  readonly subscribe: (onChange: () => void) => () => void;
  readonly view: () => SluiceSearchView;
  /**
   * Starts a search and aborts the one before, which the server then ends. Undefined clears the
   * view.
   */
  search(request: SearchRequestJson | undefined): void;
  /** Aborts the search. No change is reported afterwards, until the next search. */
  abort(): void;
}

export const idleView: SluiceSearchView = {
  status: "idle",
  update: undefined,
  hits: [],
  settledCount: 0,
  isStale: false,
  error: undefined,
};

/** Memory: the newest update. */
export function createSearchStore(client: BrowserClient): SearchStore {
  let view = idleView;
  let running = new AbortController();
  const listeners = new Set<() => void>();
  const show = (next: SluiceSearchView): void => {
    view = next;
    for (const listener of listeners) listener();
  };
  const run = async (request: SearchRequestJson, signal: AbortSignal): Promise<void> => {
    for await (const update of client.search(request, { signal })) {
      if (signal.aborted) return;
      show(nextView(view, update));
    }
  };
  return {
    subscribe(onChange) {
      listeners.add(onChange);
      return () => listeners.delete(onChange);
    },
    view: () => view,
    search(request) {
      running.abort();
      running = new AbortController();
      if (request === undefined) {
        show(idleView);
        return;
      }
      const isStale = view.update !== undefined;
      show({ ...view, status: "searching", isStale, settledCount: 0, error: undefined });
      const { signal } = running;
      run(request, signal).catch((error: unknown) => {
        if (!signal.aborted) show({ ...view, status: "failed", error });
      });
    },
    abort() {
      running.abort();
    },
  };
}

/** The view after an update of the running search. */
function nextView(view: SluiceSearchView, update: SearchUpdateJson): SluiceSearchView {
  const settledBefore = view.isStale ? [] : view.hits.slice(0, view.settledCount);
  return {
    status: update.final ? "done" : "searching",
    update,
    hits: [...settledBefore, ...update.hits.slice(settledBefore.length)],
    settledCount: update.settled_count,
    isStale: false,
    error: undefined,
  };
}
