"use client";
// The hook for React 18 and 19.

import { useEffect, useMemo, useSyncExternalStore } from "react";

import type { BrowserClient } from "../browser/client.js";
import type { SearchRequestJson } from "../browser/types.js";
import { createSearchStore, idleView } from "./search-store.js";
import type { SluiceSearchView } from "./search-store.js";

/**
 * Searches whenever the request has changed, compared by its contents, and shows each update as it
 * arrives. A changed request supersedes the search before, of which no update is shown any more;
 * when the component goes, its search is cancelled on the server. Rendered on a server, it is idle.
 *
 * @param client Create it once, outside of components or in useMemo: another client searches anew.
 * @param request Undefined when there is nothing to search for.
 */
export function useSluiceSearch(
  client: BrowserClient,
  request: SearchRequestJson | undefined,
): SluiceSearchView {
  const store = useMemo(() => createSearchStore(client), [client]);
  const wanted = request === undefined ? undefined : JSON.stringify(request);
  useEffect(() => {
    store.search(wanted === undefined ? undefined : (JSON.parse(wanted) as SearchRequestJson));
    return () => store.abort();
  }, [store, wanted]);
  return useSyncExternalStore(store.subscribe, store.view, () => idleView);
}
