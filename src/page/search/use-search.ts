// Runs the search of the page: a new one supersedes the one before, a lost connection is tried again.

import { useLayoutEffect, useReducer } from "preact/hooks";

import { SluiceHttpError } from "../../browser/client.js";
import type { BrowserClient } from "../../browser/client.js";
import type { SearchHitJson, SearchRequestJson, SearchUpdateJson } from "../../browser/types.js";
import { nextState, nothingSearched } from "./search-state.js";
import type { SearchEvent, SearchState } from "./search-state.js";

/** Waits between tries, milliseconds; the last one repeats. */
const retryMs = [500, 1000, 2000, 4000] as const;

/** `request`: undefined when there is nothing to search for; a new object is a new search. */
export function useSearch(
  client: BrowserClient,
  request: SearchRequestJson | undefined,
): [SearchState, (event: SearchEvent) => void] {
  const [state, dispatch] = useReducer(nextState, nothingSearched);
  // Not `useEffect`, which waits for the next frame to be painted.
  useLayoutEffect(() => {
    if (request === undefined) {
      dispatch({ kind: "cleared" });
      return;
    }
    const superseded = new AbortController();
    run(client, request, { signal: superseded.signal, dispatch }).catch((error: unknown) =>
      dispatch({ kind: "failed", problem: wordsOf(error) }),
    );
    return () => superseded.abort();
  }, [client, request]);
  return [state, dispatch];
}

interface Run {
  readonly signal: AbortSignal;
  readonly dispatch: (event: SearchEvent) => void;
}

/** Nothing is dispatched after the signal: no result of an older query is shown. */
async function run(
  client: BrowserClient,
  request: SearchRequestJson,
  { signal, dispatch }: Run,
): Promise<void> {
  dispatch({ kind: "started", query: request.query ?? "" });
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    const start = performance.now();
    const payloads = new Map<string, SearchHitJson["payload"]>();
    try {
      for await (const update of client.search(oncePayloads(request), { signal })) {
        if (signal.aborted) return;
        const atMs = performance.now() - start;
        dispatch({ kind: "update", update: withPayloads(update, payloads), atMs });
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      const problem = wordsOf(error);
      if (error instanceof SluiceHttpError && !error.retryable) {
        dispatch({ kind: "failed", problem });
        return;
      }
      dispatch({ kind: "lost", problem });
      await pause(retryMs[Math.min(attempt, retryMs.length - 1)] ?? 0, signal);
    }
  }
}

/** Each text comes once, not with every update that shows it. */
function oncePayloads(request: SearchRequestJson): SearchRequestJson {
  return { ...request, payload: { ...request.payload, mode: "on_first_appearance" } };
}

/** The update with the payloads that came before, to which its own are added. */
function withPayloads(
  update: SearchUpdateJson,
  payloads: Map<string, SearchHitJson["payload"]>,
): SearchUpdateJson {
  const hits = update.hits.map((hit): SearchHitJson => {
    if (hit.payload !== undefined) payloads.set(hit.key, hit.payload);
    const payload = payloads.get(hit.key);
    return payload === undefined ? hit : { ...hit, payload };
  });
  return { ...update, hits };
}

export function wordsOf(error: unknown): string {
  if (error instanceof SluiceHttpError)
    return error.remedy === undefined ? error.message : `${error.message}; ${error.remedy}`;
  return "the server cannot be reached";
}

/** Ends early when the browser is online again. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
}
