// The search page: a query, its ranking as it settles, and what it is worth.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import type { BrowserClient } from "../../browser/client.js";
import type { FieldJson } from "../../browser/types.js";
import { counted } from "../words.js";
import { Controls } from "./controls.js";
import { CopyMenu } from "./copy-menu.js";
import { FacetList } from "./facet-list.js";
import { narrowed } from "./filter-text.js";
import { focusHit, HitList } from "./hit-list.js";
import { readOptions, requestOf, writeOptions } from "./options.js";
import type { SearchOptions } from "./options.js";
import { WorthPanel } from "./progress.js";
import type { SearchState } from "./search-state.js";
import { useSearch } from "./use-search.js";

/** Fields whose values are counted. */
const facetsMax = 4;

export function SearchView({
  client,
  collections,
}: {
  readonly client: BrowserClient;
  readonly collections: readonly string[] | undefined;
}) {
  const [options, setOptions] = useState(() =>
    withCollection(readOptions(location.search), collections),
  );
  const facets = useFacetFields();
  const request = useMemo(
    () =>
      options.query.trim() === "" || options.collection === ""
        ? undefined
        : requestOf(options, facets.names),
    [options, facets.names],
  );
  const [state, dispatch] = useSearch(client, request);
  useAddress(options, setOptions);
  useShortcuts();
  useEffect(() => facets.learn(state), [state.shown]);
  const change = (part: Partial<SearchOptions>): void => setOptions({ ...options, ...part });
  const onFilter = (field: string, value: FieldJson): void =>
    change({ filter: narrowed(options.filter, field, value) });
  return (
    <main>
      <form role="search" onSubmit={submit}>
        <QueryInput query={options.query} onQuery={(query) => change({ query })} />
        <Controls options={options} collections={collections} onChange={change} />
      </form>
      <WorthPanel state={state} />
      <div class="results">
        <FacetList facets={state.shown?.facets ?? []} onFilter={onFilter} />
        <div class="ranking">
          <HitList
            state={state}
            dispatch={dispatch}
            client={client}
            collection={options.collection}
            onFilter={onFilter}
          />
          <CopyMenu request={request} />
        </div>
      </div>
      <p class="hidden" role="status">
        {spoken(state)}
      </p>
    </main>
  );
}

function QueryInput({
  query,
  onQuery,
}: {
  readonly query: string;
  readonly onQuery: (query: string) => void;
}) {
  return (
    <>
      <label class="hidden" for="query">
        query
      </label>
      <input
        id="query"
        type="search"
        value={query}
        placeholder="ask or type words"
        autocomplete="off"
        autofocus
        dir="auto"
        onInput={({ currentTarget }) => onQuery(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown") return;
          event.preventDefault();
          focusHit(document.querySelector(".hits > li"));
        }}
      />
    </>
  );
}

/** Searches run while typing: there is nothing to send. */
function submit(event: Event): void {
  event.preventDefault();
  focusHit(document.querySelector(".hits > li"));
}

/** Readers of the screen hear of final rankings only. */
function spoken({ status, shown, query }: SearchState): string {
  if (status !== "done" || shown === undefined) return "";
  const [best] = shown.hits;
  const first = best === undefined ? "" : `; first: ${best.payload?.title ?? best.key}`;
  return `${counted(shown.hits.length, "result")} for ${query}${first}`;
}

function withCollection(
  options: SearchOptions,
  collections: readonly string[] | undefined,
): SearchOptions {
  return options.collection === "" ? { ...options, collection: collections?.[0] ?? "" } : options;
}

/** The address follows the search without a step for each key; back and forward lead to searches. */
function useAddress(
  options: SearchOptions,
  setOptions: (next: (now: SearchOptions) => SearchOptions) => void,
): void {
  useEffect(() => {
    history.replaceState(null, "", `${location.pathname}${writeOptions(options)}${location.hash}`);
  }, [options]);
  useEffect(() => {
    // An address without a collection is about the one that is shown.
    const follow = (): void =>
      setOptions((now) => withCollection(readOptions(location.search), [now.collection]));
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);
}

/** `/` leads to the query from anywhere, Escape from a hit. */
function useShortcuts(): void {
  useEffect(() => {
    const query = document.getElementById("query");
    const listen = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches("input, select");
      if (isTyping || (event.key !== "/" && event.key !== "Escape")) return;
      event.preventDefault();
      query?.focus();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
}

/** Fields that the hits have, in the order in which they were seen: their values can be counted. */
function useFacetFields(): {
  readonly names: readonly string[];
  learn(state: SearchState): void;
} {
  const seen = useRef(new Set<string>());
  const [names, setNames] = useState<readonly string[]>([]);
  return {
    names,
    learn({ shown, status }) {
      if (status !== "done" || seen.current.size >= facetsMax) return;
      const before = seen.current.size;
      for (const { payload } of shown?.hits ?? [])
        for (const [name, value] of Object.entries(payload?.fields ?? {}))
          if (seen.current.size < facetsMax && typeof value !== "number") seen.current.add(name);
      if (seen.current.size > before) setNames([...seen.current]);
    },
  };
}
