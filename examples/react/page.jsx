// The page: rendered on the server with the results of its address, and in the browser as one types.

import { useMemo, useState } from "react";
import { createBrowserClient } from "sluice/browser";
import { useSluiceSearch } from "sluice/react";

export function requestOf(collection, query) {
  const request = { collection, query, k: 5, last_word_begins: true };
  return query.trim() === "" ? undefined : request;
}

/** `initial`: the final update that the server has found, or null. */
export function SearchPage({ collection, initialQuery, initial }) {
  const client = useMemo(() => createBrowserClient(), []);
  const [query, setQuery] = useState(initialQuery);
  const search = useSluiceSearch(client, requestOf(collection, query));
  // Until the browser has results of its own, it shows those that the server sent with the page.
  const shown = search.update ?? (query === initialQuery ? initial : null);
  const settledCount = shown?.final ? shown.hits.length : search.settledCount;
  return (
    <main>
      <input
        type="search"
        aria-label="query"
        value={query}
        onChange={({ target }) => setQuery(target.value)}
      />
      {search.status === "failed" && <p role="alert">{String(search.error)}</p>}
      <ol aria-busy={search.status === "searching"} data-status={search.status}>
        {(shown?.hits ?? []).map((hit, place) => (
          <Hit key={hit.key} hit={hit} isSettled={place < settledCount} />
        ))}
      </ol>
    </main>
  );
}

function Hit({ hit: { key, payload }, isSettled }) {
  return (
    <li data-settled={isSettled}>
      <h2>{payload?.title || key}</h2>
      <p>{payload?.text}</p>
    </li>
  );
}
